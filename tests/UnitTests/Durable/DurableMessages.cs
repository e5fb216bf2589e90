using FineTunePipeline.Contracts;

namespace FineTunePipeline.UnitTests.Durable;

/// <summary>Write this text down.</summary>
public sealed record WriteNote : IJobMessage
{
    public required string JobId { get; init; }

    public required string Text { get; init; }

    /// <summary>How the consumer misbehaves: save, update.</summary>
    public string? Misdeed { get; init; }
}

/// <summary>It is written.</summary>
public sealed record NoteWritten : IJobMessage
{
    public required string JobId { get; init; }

    public required string Text { get; init; }
}

/// <summary>Several are written.</summary>
public sealed record NotesWritten
{
    public required IReadOnlyList<NoteWritten> Notes { get; init; }
}

/// <summary>Begins a saga and sets its alarm.</summary>
public sealed record SagaBegun : IJobMessage
{
    public required string JobId { get; init; }
}

/// <summary>Counts one up.</summary>
public sealed record SagaTicked : IJobMessage
{
    public required string JobId { get; init; }
}

/// <summary>Takes the alarm back.</summary>
public sealed record AlarmCancelled : IJobMessage
{
    public required string JobId { get; init; }
}

/// <summary>The alarm.</summary>
public sealed record AlarmRang : IJobMessage
{
    public required string JobId { get; init; }
}
