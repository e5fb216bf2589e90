using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.Storage;
using Xunit;

namespace FineTunePipeline.UnitTests.Messaging;

public sealed class StageFailuresTests
{
    private const int NoSpaceLeft = 28;

    public static TheoryData<Exception, string, FailureKind> Exceptions => new()
    {
        { StageException.BadInput("deploy_type", "There is no such file."), "deploy_type", FailureKind.BadInput },
        { new ArtifactMissingException("00"), "artifact_unusable", FailureKind.Internal },
        { new ArtifactCorruptException("00", "01"), "artifact_unusable", FailureKind.Internal },
        { new ManifestInvalidException("not a manifest"), "artifact_unusable", FailureKind.Internal },
        { new HostUnreachableException("no route"), "host_unreachable", FailureKind.Transient },
        { new EngineMissingException("build it"), "engine_missing", FailureKind.BadInput },
        { new IOException("No space left on device", NoSpaceLeft), "disk_full", FailureKind.BadInput },
        { new UnauthorizedAccessException("Access to /data is denied."), "access_denied", FailureKind.BadInput },
        { new IOException("The pipe is broken."), "train_interrupted", FailureKind.Transient },
        { new TimeoutException("df ran too long."), "train_interrupted", FailureKind.Transient },
        { new FormatException("a fault of ours"), "internal", FailureKind.Internal },
    };

    [Theory]
    [MemberData(nameof(Exceptions), DisableDiscoveryEnumeration = true)]
    public void Says_what_an_exception_means_for_the_stage(Exception exception, string code, FailureKind kind)
    {
        var failure = StageFailures.Of(Stage.Train, exception);

        Assert.Equal((code, kind), (failure.Code, failure.Kind));
        Assert.Contains(exception.Message, failure.Message, StringComparison.Ordinal);
    }
}
