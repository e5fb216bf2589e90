namespace FineTunePipeline.Benchmarks.Gguf;

internal static class GgufBenchmark
{
    public static Task<int> RunAsync(string[] arguments) => Task.FromResult(arguments.Length);
}
