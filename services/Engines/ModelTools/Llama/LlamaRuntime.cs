using LLama.Native;

namespace FineTunePipeline.ModelTools.Llama;

/// <summary>The native library of this process: set up once, before its first call.</summary>
internal static class LlamaRuntime
{
    private const ulong SmallModel = 100_000_000;
    private static readonly Lazy<NativeLog> Loaded = new(Load, LazyThreadSafetyMode.ExecutionAndPublication);

    /// <summary>The library's log; asking for it loads the library.</summary>
    public static NativeLog Log => Loaded.Value;

    /// <summary>Threads as the command line asks for; null leaves the choice to the size of the work.</summary>
    public static int? RequestedThreads { get; set; }

    /// <summary>Every core of this process's allowance and never more, because more are slower than fewer.</summary>
    public static int AllThreads => RequestedThreads ?? Environment.ProcessorCount;

    /// <summary>
    /// Threads for a pass through a model. Threads wait for each other after every operation; with a small model that takes longer than the work itself,
    /// above all on a busy computer (2.4 million parameters, 2 cores, both busy: 1.8 s with one thread, 6.3 s with two).
    /// </summary>
    public static int ThreadsFor(ulong parameters) => parameters < SmallModel ? RequestedThreads ?? 1 : AllThreads;

    private static NativeLog Load()
    {
        NativeEnvironment.Prepare();
        var log = new NativeLog();
        NativeLibraryConfig.All.WithCuda(false).WithVulkan(false).WithLogCallback(log.Append);
        NativeApi.llama_empty_call();
        return log;
    }
}
