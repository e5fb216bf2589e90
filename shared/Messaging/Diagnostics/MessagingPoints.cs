using System.Diagnostics;

namespace FineTunePipeline.Messaging.Diagnostics;

/// <summary>
/// Points at which something has just become durable and what follows from it has not happened yet. They are written to a <see cref="DiagnosticListener"/>
/// named <see cref="ListenerName"/>, for tracing and for tests that end a process there; the argument is the id of the message or job, or null. A listener
/// runs on the caller's thread and delays what follows. Without one a point costs a read of a field.
/// </summary>
public static class MessagingPoints
{
    /// <summary>Name of the listener, as <see cref="DiagnosticListener.AllListeners"/> shows it.</summary>
    public const string ListenerName = "FineTunePipeline.Messaging";

    /// <summary>A change and its outbox rows are committed; nothing of them was sent. No argument.</summary>
    public const string OutboxCommitted = "OutboxCommitted";

    /// <summary>The broker confirmed a message; its outbox row is not marked. Argument: the message's id.</summary>
    public const string MessageSent = "MessageSent";

    /// <summary>A consume is committed; its message is not acknowledged. Argument: the message's id.</summary>
    public const string ConsumeCommitted = "ConsumeCommitted";

    /// <summary>The intent of an outside effect is committed; the effect was not asked for. Argument: the job's id.</summary>
    public const string StageIntentSaved = "StageIntentSaved";

    /// <summary>A stage's work, or its ending, is done; its outcome is not stored. Argument: the job's id.</summary>
    public const string StageEffectDone = "StageEffectDone";

    // For the life of the process, so it is never disposed.
    private static readonly DiagnosticListener Listener = new(ListenerName);

    internal static void Reach(string point, object? argument = null)
    {
        if (Listener.IsEnabled(point))
        {
            Listener.Write(point, argument);
        }
    }
}
