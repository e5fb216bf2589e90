using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.TestKit.Hosts;
using FineTunePipeline.TestKit.Storage;
using Xunit;

namespace FineTunePipeline.UnitTests.Hosts;

public sealed class EngineVersionsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ScriptedHost _host = new();

    [Fact]
    public async Task Tells_it_in_one_line()
    {
        _host.On("version", _ => ScriptedRun.Done(FakeEngines.ModelVersion));

        Assert.Equal("finetune-model 0.1.0 (LLamaSharp 0.30.0, llama.cpp 815a2a591)", await Versions().OfModelToolAsync(_host, default));
    }

    [Theory]
    [InlineData(0, FailureKind.Transient)]
    [InlineData(137, FailureKind.Transient)]
    [InlineData(143, FailureKind.Transient)]
    [InlineData(1, FailureKind.BadInput)]
    [InlineData(127, FailureKind.BadInput)]
    public async Task One_that_was_ended_before_it_spoke_is_tried_again_and_one_that_cannot_speak_is_to_be_built_again(int exitCode, FailureKind kind)
    {
        _host.On("version", _ => ScriptedRun.Failed(exitCode));

        var exception = await Assert.ThrowsAnyAsync<Exception>(() => Versions().OfModelToolAsync(_host, default));

        Assert.Equal(kind, StageFailures.Of(Stage.Convert, exception).Kind);
    }

    public void Dispose() => _folder.Dispose();

    private EngineVersions Versions() => new(FakeEngines.In(_folder));
}
