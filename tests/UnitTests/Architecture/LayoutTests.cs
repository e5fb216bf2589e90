using System.Text.RegularExpressions;
using Xunit;

namespace FineTunePipeline.UnitTests.Architecture;

/// <summary>Walls that project references cannot hold.</summary>
public sealed partial class LayoutTests
{
    private const int MostLines = 500;

    /// <summary>A package's namespace, and the only places that may use it.</summary>
    public static TheoryData<string, string> Walls => new()
    {
        { "Microsoft.EntityFrameworkCore", @"^shared/Messaging/|^services/\w+/Data/|^services/Gateway/Views/|^services/\w+/[\w/]*(Table|Checkpoints)\.cs$|^services/Provisioning/Leases/" },
        { "MassTransit", @"^shared/Messaging/|^services/Orchestrator/Saga/|Consumer\.cs$|Definition\.cs$|Module\.cs$|^services/Gateway/Jobs/JobSubmitter\.cs$" },
        { "RabbitMQ.Client", "^shared/Messaging/Bus/" },
        { "Renci.SshNet", "^shared/Hosts/Ssh/" },
        { "TorchSharp", "^services/Engines/CpuTrainer/" },
        { "LLama", "^services/Engines/ModelTools/" },
        { "Tokenizers.DotNet", "^shared/Tokenization/Tokenizers/" },
        { "FineTunePipeline.Tokenization", "^shared/Tokenization/|^services/Engines/" },
        { "Microsoft.Data.Sqlite", "^shared/Messaging/" },
    };

    [Theory]
    [MemberData(nameof(Walls))]
    public void A_package_is_used_only_where_it_belongs(string @namespace, string allowed)
    {
        var use = new Regex($@"^using (static )?{Regex.Escape(@namespace)}(\.|;)", RegexOptions.Multiline);
        var wrong = Repository.SourceFiles("shared", "services")
            .Where(file => use.IsMatch(File.ReadAllText(file)))
            .Select(Repository.Relative)
            .Where(file => !Regex.IsMatch(file, allowed));
        Assert.Empty(wrong);
    }

    [Fact]
    public void Contracts_reference_nothing() =>
        Assert.DoesNotContain("Reference Include", File.ReadAllText(Path.Combine(Repository.Root, "shared/Contracts/Contracts.csproj")), StringComparison.Ordinal);

    [Fact]
    public void No_service_references_another_service()
    {
        var wrong = Directory.EnumerateFiles(Path.Combine(Repository.Root, "services"), "*.csproj", SearchOption.AllDirectories)
            .Where(project => Path.GetFileName(project) is not "Standalone.csproj")
            .Where(project => References().Matches(File.ReadAllText(project)).Any(match => !match.Groups[1].Value.Contains("/shared/", StringComparison.Ordinal)))
            .Select(Repository.Relative);
        Assert.Empty(wrong);
    }

    [Fact]
    public void No_production_file_is_longer_than_500_lines()
    {
        var wrong = Repository.SourceFiles("shared", "services").Where(file => File.ReadLines(file).Count() > MostLines).Select(Repository.Relative);
        Assert.Empty(wrong);
    }

    [Fact]
    public void Log_messages_are_generated_at_build_time()
    {
        var wrong = Repository.SourceFiles("shared", "services").Where(file => LogCall().IsMatch(File.ReadAllText(file))).Select(Repository.Relative);
        Assert.Empty(wrong);
    }

    [Fact]
    public void Four_or_more_log_messages_have_a_file_of_their_own()
    {
        var wrong = Repository.SourceFiles("shared", "services")
            .Where(file => !file.EndsWith(".Log.cs", StringComparison.Ordinal) && File.ReadAllText(file).Split("[LoggerMessage(").Length > 4)
            .Select(Repository.Relative);
        Assert.Empty(wrong);
    }

    [Fact]
    public void Nothing_swallows_a_fault_in_an_empty_catch()
    {
        var wrong = Repository.SourceFiles("shared", "services").Where(file => EmptyCatch().IsMatch(File.ReadAllText(file))).Select(Repository.Relative);
        Assert.Empty(wrong);
    }

    [Fact]
    public void An_adapter_uses_no_neighbour()
    {
        var wrong = new List<string>();
        foreach (var file in Repository.SourceFiles("services"))
        {
            var path = Repository.Relative(file);
            if (Adapter().Match(path) is not { Success: true } own)
            {
                continue;
            }

            var (service, port, name) = (own.Groups[1].Value, own.Groups[2].Value, own.Groups[3].Value);
            var neighbours = Regex.Matches(File.ReadAllText(file), $@"using FineTunePipeline\.{service}\.{port}\.(\w+)").Select(match => match.Groups[1].Value);
            if (neighbours.Any(neighbour => neighbour != name && Directory.Exists(Path.Combine(Repository.Root, "services", service, port, neighbour))))
            {
                wrong.Add(path);
            }
        }

        Assert.Empty(wrong);
    }

    [GeneratedRegex(@"ProjectReference Include=""([^""]+)""(?![^>]*ReferenceOutputAssembly=""false"")")]
    private static partial Regex References();

    [GeneratedRegex(@"\.Log(Trace|Debug|Information|Warning|Error|Critical)\(")]
    private static partial Regex LogCall();

    [GeneratedRegex(@"catch\s*(\([^)]*\))?\s*(when\s*\([^{]*\))?\s*\{\s*\}")]
    private static partial Regex EmptyCatch();

    [GeneratedRegex(@"^services/(\w+)/(Providers|Hubs|Trainers|Targets)/(\w+)/")]
    private static partial Regex Adapter();
}
