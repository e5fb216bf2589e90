using LLama.Native;

namespace FineTunePipeline.ModelTools.Llama;

/// <summary>The native library of this process: set up once, before its first call.</summary>
internal static class LlamaRuntime
{
    private static readonly Lazy<NativeLog> Loaded = new(Load, LazyThreadSafetyMode.ExecutionAndPublication);

    /// <summary>The library's log; asking for it loads the library.</summary>
    public static NativeLog Log => Loaded.Value;

    /// <summary>Threads that compute: every core of this process's allowance, and never more, because more are slower than fewer.</summary>
    public static int Threads { get; set; } = Environment.ProcessorCount;

    private static NativeLog Load()
    {
        NativeEnvironment.Prepare();
        var log = new NativeLog();
        NativeLibraryConfig.All.WithCuda(false).WithVulkan(false).WithLogCallback(log.Append);
        NativeApi.llama_empty_call();
        return log;
    }
}
