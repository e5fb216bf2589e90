namespace FineTunePipeline.IntegrationTests.Hosts;

/// <summary>What one call of supervise.sh said.</summary>
internal sealed record ScriptAnswer(int Code, string Output, string Error);
