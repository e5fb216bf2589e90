namespace FineTunePipeline.Standalone.Demo;

/// <summary>One question with the answers before and after, from the job's evaluation report.</summary>
internal sealed record DemoAnswer(string Set, string Prompt, string Before, string After, bool RightBefore, bool RightAfter);
