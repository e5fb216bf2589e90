using System.Text.RegularExpressions;
using FineTunePipeline.TestKit;
using Xunit;

namespace FineTunePipeline.IntegrationTests.ModelTools;

/// <summary>What <c>services/Engines/README.md</c> says about the command lines is what the programs accept.</summary>
public sealed partial class HelpTests
{
    private static readonly Lazy<string> Readme = new(() => File.ReadAllText(Path.Combine(EnginePath.RepositoryRoot(), "services", "Engines", "README.md")));

    [Fact]
    public async Task The_readme_lists_every_verb_of_finetune_model_with_its_options()
    {
        var help = await ModelEngine.RunAsync("--help");

        var section = Readme.Value[Readme.Value.IndexOf("## `finetune-model`", StringComparison.Ordinal)..];
        var verbs = UsageLine().Matches(help.Diagnostics);
        Assert.NotEmpty(verbs);
        foreach (Match verb in verbs)
        {
            var name = verb.Groups[1].Value;
            var row = section.Split('\n').SingleOrDefault(line => Regex.IsMatch(line, $@"^\| `{name}[ `]"));
            Assert.True(row is not null, $"README.md has no row for {name}");
            var usage = row[..row.IndexOf("` ", StringComparison.Ordinal)];
            Assert.Equal(Options(verb.Groups[2].Value), Options(usage));
        }
    }

    [Theory]
    [InlineData("train X.yaml [key=value")]
    [InlineData("export X.yaml [key=value")]
    [InlineData("pretrain OUT [--steps N] [--seed N]")]
    [InlineData("pretrain --data DIR")]
    [InlineData("env")]
    [InlineData("version")]
    public async Task The_readme_and_the_trainers_help_agree(string usage)
    {
        var help = await ModelEngine.RunAsync(EnginePath.Of("finetune-trainer"), ["help"]);

        Assert.Contains("finetune-trainer " + usage, help.Output, StringComparison.Ordinal);
        Assert.Contains($"| `{usage}", Readme.Value, StringComparison.Ordinal);
    }

    private static List<string> Options(string usage) => [.. Option().Matches(usage).Select(match => match.Value).Order(StringComparer.Ordinal)];

    [GeneratedRegex(@"^finetune-model (\S+)(.*)$", RegexOptions.Multiline)]
    private static partial Regex UsageLine();

    [GeneratedRegex("--[a-z-]+")]
    private static partial Regex Option();
}
