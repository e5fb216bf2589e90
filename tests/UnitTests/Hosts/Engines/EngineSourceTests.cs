using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.Hosts.Engines.Packages;
using FineTunePipeline.TestKit.Storage;
using FineTunePipeline.UnitTests.Architecture;
using Xunit;

namespace FineTunePipeline.UnitTests.Hosts.Engines;

public sealed class EngineSourceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Says_what_to_set_where_there_is_neither_a_source_tree_nor_a_folder()
    {
        var exception = Assert.Throws<EngineMissingException>(() => EngineSource.Find(null, _folder.Path));

        Assert.Contains("FINETUNE__Engines__HostFolder", exception.Message);
    }

    /// <summary>The test that keeps the list of sources whole when a project of an engine moves.</summary>
    [Fact]
    public async Task Knows_the_sources_of_our_own_engines()
    {
        var source = EngineSource.Find(null, AppContext.BaseDirectory);

        Assert.Equal(new EngineSource(Repository.Root, IsReady: false), source);
        Assert.Equal(await source.DigestAsync(default), await source.DigestAsync(default));
        Assert.True(File.Exists(Path.Combine(Repository.Root, EngineSource.Project)));
    }
}
