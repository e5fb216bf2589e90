using System.Security.Cryptography;
using System.Text.Json;
using Xunit;

namespace FineTunePipeline.IntegrationTests.ModelTools;

public sealed class InspectTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Hashes_the_files_of_a_usable_model_and_changes_nothing()
    {
        var model = Copy("tiny-qwen3");
        File.WriteAllText(Path.Combine(model, "optimizer.pt"), "not needed");

        var report = await InspectAsync(model);

        Assert.Equal("qwen3", report.GetProperty("architecture").GetString());
        Assert.Equal(0, report.GetProperty("faults").GetArrayLength());
        var files = report.GetProperty("files").EnumerateArray().ToDictionary(file => file.GetProperty("path").GetString()!);
        Assert.Contains("model.safetensors", files.Keys);
        Assert.DoesNotContain("optimizer.pt", files.Keys);
        Assert.All(files, file =>
        {
            var bytes = File.ReadAllBytes(Path.Combine(model, file.Key));
            Assert.Equal((bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes))), (file.Value.GetProperty("bytes").GetInt32(), file.Value.GetProperty("sha256").GetString()));
        });
    }

    [Fact]
    public async Task Tells_all_that_is_wrong_as_the_validation_does()
    {
        var model = Copy("tiny-qwen3");
        File.Delete(Path.Combine(model, "tokenizer.json"));
        File.WriteAllText(Path.Combine(model, "config.json"), """{"model_type": "gpt2"}""");

        var report = await InspectAsync(model);

        Assert.False(report.TryGetProperty("files", out _));
        Assert.Equal(["model_incomplete", "model_architecture"], report.GetProperty("faults").EnumerateArray().Select(fault => fault.GetProperty("code").GetString()).Take(2));
    }

    [Fact]
    public async Task A_folder_that_is_not_there_is_a_fault_too()
    {
        var report = await InspectAsync(_folder.File("nothing"));

        Assert.Equal("model_missing", report.GetProperty("faults")[0].GetProperty("code").GetString());
    }

    private string Copy(string name)
    {
        var target = Directory.CreateDirectory(_folder.File(name)).FullName;
        foreach (var file in Directory.EnumerateFiles(TestModels.Folder(name)))
        {
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
        }

        return target;
    }

    private static async Task<JsonElement> InspectAsync(string folder)
    {
        var result = await ModelEngine.RunAsync("inspect", folder, "--gguf");
        Assert.True(result.ExitCode == 0, result.Diagnostics);
        return JsonElement.Parse(result.Output);
    }
}
