namespace FineTunePipeline.ModelTools.Running;

/// <summary>One thing that the program can do.</summary>
/// <param name="Name">First word of the command line.</param>
/// <param name="Usage">Its arguments; also what the command line is checked against.</param>
/// <param name="RunAsync">Does it; returns when done, throws <see cref="EngineException"/> for every failure that a caller can do something about.</param>
internal sealed record Verb(string Name, VerbUsage Usage, Func<VerbArguments, EngineOutput, CancellationToken, Task> RunAsync);
