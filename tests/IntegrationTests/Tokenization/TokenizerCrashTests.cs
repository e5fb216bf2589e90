using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using FineTunePipeline.Tokenization.Tokenizers;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Tokenization;

/// <summary>
/// Inputs that end a process which uses the native library carelessly. Each runs in a child: this test program again, with only the explicit test below.
/// They must end in a result, in an error, or in a crash of the child alone.
/// </summary>
public sealed class TokenizerCrashTests : IDisposable
{
    private const string CaseVariable = "FINETUNE_TEST_CRASH_CASE";
    private const string ResultVariable = "FINETUNE_TEST_CRASH_RESULT";
    private const int Aborted = 134;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("finetune-test-");

    [Theory]
    [InlineData("truncation with a stride as long as the text", "ids 7")]
    [InlineData("padding to a length", "ids 7")]
    [InlineData("post-processor with a token that it does not define", "ids 7")]
    [InlineData("half of a surrogate pair in the path", "TokenizerLoadException")]
    [InlineData("half of a surrogate pair in the text", "TokenizerInputException")]
    [InlineData("half of a surrogate pair in the file", "TokenizerLoadException")]
    [InlineData("twelve million spaces", "TokenizerInputException")]
    [InlineData("expression without end, unknown ones refused", "TokenizerLoadException")]
    [InlineData("text disposed while it is encoded", "survived")]
    public async Task Ends_in_a_result_or_an_error(string name, string expected)
    {
        var (exitCode, result) = await RunChild(name);
        Assert.StartsWith(expected, result, StringComparison.Ordinal);
        Assert.Equal(0, exitCode);
    }

    [Fact]
    public async Task An_expression_without_end_ends_only_the_child()
    {
        var (exitCode, result) = await RunChild("expression without end, allowed");
        Assert.Equal((Aborted, ""), (exitCode, result));
    }

    /// <summary>The child's part; not run by itself.</summary>
    [Fact(Explicit = true)]
    public void Child()
    {
        var name = Environment.GetEnvironmentVariable(CaseVariable);
        Assert.SkipUnless(name is not null, "runs in a child of the other tests only");
        var result = "";
        try
        {
            result = Run(name);
        }
        catch (Exception error) when (error is TokenizerLoadException or TokenizerInputException)
        {
            result = error.GetType().Name + ": " + error.Message;
        }

        // The error may quote the half of a pair, which the default encoding refuses.
        File.WriteAllText(Environment.GetEnvironmentVariable(ResultVariable)!, result, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private string Run(string name)
    {
        switch (name)
        {
            case "truncation with a stride as long as the text":
                return Encode(Edited(root => root["truncation"] = JsonNode.Parse(
                    """{"direction": "Right", "max_length": 3, "strategy": "LongestFirst", "stride": 3}""")));
            case "padding to a length":
                return Encode(Edited(root => root["padding"] = JsonNode.Parse(
                    """{"strategy": {"Fixed": 64}, "direction": "Right", "pad_to_multiple_of": null, "pad_id": 0, "pad_type_id": 0, "pad_token": "x"}""")));
            case "post-processor with a token that it does not define":
                return Encode(Edited(root => root["post_processor"] = JsonNode.Parse(
                    """{"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<nowhere>", "type_id": 0}}], "pair": [], "special_tokens": {}}""")));
            case "half of a surrogate pair in the path":
                return Encode(_folder.FullName + "/\ud83d");
            case "half of a surrogate pair in the text":
                return Encode(TokenizerFolders.Path("tiny-qwen3"), "abc\ud83d");
            case "half of a surrogate pair in the file":
                File.WriteAllText(Path.Combine(_folder.FullName, "tokenizer.json"), """{"model": {"type": "BPE", "vocab": {"\ud83d": 0}, "merges": []}}""");
                return Encode(_folder.FullName);
            case "twelve million spaces":
                return Encode(TokenizerFolders.Path("tiny-qwen3"), new string(' ', 12_000_000));
            case "expression without end, allowed":
                return Encode(EvilExpression(), new string('a', 40) + "!");
            case "expression without end, unknown ones refused":
                return Encode(EvilExpression(), new string('a', 40) + "!", new TokenizerOptions { AllowUnknownRegex = false });
            default:
                return DisposeWhileEncoding();
        }
    }

    private string EvilExpression() => Edited(root => root["pre_tokenizer"]!["pretokenizers"]![0]!["pattern"]!["Regex"] = "(a+)+$");

    private string Edited(Action<JsonNode> edit)
    {
        var root = JsonNode.Parse(File.ReadAllText(Path.Combine(TokenizerFolders.Path("tiny-qwen3"), "tokenizer.json")))!;
        edit(root);
        File.WriteAllText(Path.Combine(_folder.FullName, "tokenizer.json"), root.ToJsonString());
        return _folder.FullName;
    }

    private static string Encode(string folder, string text = "The house is quick and heavy.", TokenizerOptions? options = null)
    {
        using var tokenizer = HuggingFaceTokenizer.Load(folder, options);
        return $"ids {tokenizer.Encode(text).Length}";
    }

    private static string DisposeWhileEncoding()
    {
        for (var i = 0; i < 20; i++)
        {
            var tokenizer = HuggingFaceTokenizer.Load(TokenizerFolders.Path("tiny-qwen3"));
            Parallel.Invoke(
                tokenizer.Dispose,
                () =>
                {
                    try
                    {
                        for (var k = 0; k < 100; k++)
                            tokenizer.Encode("The house is quick and heavy.");
                    }
                    catch (ObjectDisposedException)
                    {
                        // The other thread was first: that is the point.
                    }
                });
        }

        return "survived";
    }

    private async Task<(int ExitCode, string Result)> RunChild(string name)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var assembly = typeof(TokenizerCrashTests).Assembly.GetName().Name!;
        var resultFile = Path.Combine(_folder.FullName, "result.txt");
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, assembly))
        {
            ArgumentList = { "-method", $"{typeof(TokenizerCrashTests).FullName}.{nameof(Child)}", "-explicit", "only", "-noColor", "-noLogo" },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { [CaseVariable] = name, [ResultVariable] = resultFile, ["DOTNET_DbgEnableMiniDump"] = "0" },
        };
        using var child = Process.Start(start)!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(2));
        try
        {
            await Task.WhenAll(child.StandardOutput.ReadToEndAsync(limit.Token), child.StandardError.ReadToEndAsync(limit.Token));
            await child.WaitForExitAsync(limit.Token);
        }
        finally
        {
            if (!child.HasExited)
                child.Kill(entireProcessTree: true);
        }

        return (child.ExitCode, File.Exists(resultFile) ? await File.ReadAllTextAsync(resultFile, cancellationToken) : "");
    }
}
