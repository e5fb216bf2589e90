using FineTunePipeline.Contracts.Jobs;

namespace FineTunePipeline.Standalone.Demo;

/// <summary>A file of the result and where it was saved.</summary>
internal sealed record DemoFile(ResultFile Result, string Path);
