using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Storage;

namespace FineTunePipeline.Messaging.Stages;

/// <summary>
/// What an exception that leaves a stage's work means for the saga. Runners throw <see cref="StageException"/> where they know better, and need no
/// catch of their own for what can go wrong anywhere: disks, rights, connections, blobs.
/// </summary>
public static class StageFailures
{
    public static Failure Of(Stage stage, Exception exception) => exception switch
    {
        IStageFault fault => fault.Failure,
        IOException full when DiskSpace.IsFull(full) => new Failure(
            "disk_full",
            $"The disk is full: free space in the work folder and in the artifact store, and submit the job again. ({full.Message})",
            FailureKind.BadInput),
        UnauthorizedAccessException => new Failure(
            "access_denied", $"{exception.Message} Give the service the right to read and to write there.", FailureKind.BadInput),
        IOException or TimeoutException => new Failure(
            $"{Name(stage)}_interrupted", $"The stage {Name(stage)} was interrupted: {exception.Message}", FailureKind.Transient),
        _ => new Failure("internal", $"{exception.GetType().Name}: {exception.Message}", FailureKind.Internal) { Evidence = exception.StackTrace },
    };

    private static string Name(Stage stage) => stage.ToString().ToLowerInvariant();
}
