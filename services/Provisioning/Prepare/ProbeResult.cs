namespace FineTunePipeline.Provisioning.Prepare;

/// <summary>One question to a host, and what came of it.</summary>
/// <param name="Name">disk, memory, write, trainer.</param>
/// <param name="Passed">May the job go on?</param>
/// <param name="Found">What the host said, for people.</param>
/// <param name="Advice">What to change if it did not pass.</param>
internal sealed record ProbeResult(string Name, bool Passed, string Found, string? Advice = null);
