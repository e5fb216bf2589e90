using FineTunePipeline.Messaging.Data;

namespace FineTunePipeline.Messaging.Outbox;

/// <summary>Payload of a consume whose changes are written in one flush at its end.</summary>
internal interface IDurableConsume
{
    /// <summary>Takes back a scheduled message, in the consume's transaction.</summary>
    void CancelScheduled(Guid token);

    /// <summary>Done in the consume's transaction, before its other changes are written; may still send. A throw makes the consume be done again.</summary>
    void InCommit(Func<WriteSession, Task> work);

    /// <summary>Done once the consume's changes are committed; not if they are not.</summary>
    void AfterCommit(Action action);
}
