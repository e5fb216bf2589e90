using System.Globalization;
using System.Runtime.CompilerServices;
using TorchSharp;

namespace FineTunePipeline.CpuTrainer.Torch;

/// <summary>
/// Brings libtorch up; call <see cref="Initialize"/> before the first use of <c>torch</c>.
/// <para>
/// libgomp reads its environment when it is loaded and .NET cannot set it for itself, so the parent starts the trainer with
/// <c>OMP_NUM_THREADS=n</c> (see <see cref="RecommendedThreads"/>: 1 for small models, where a second thread only spins) and
/// <c>GOMP_SPINCOUNT=20000</c> (its default of billions burns a core whenever another program wants it; <c>OMP_WAIT_POLICY=passive</c> makes two threads as slow as one).
/// Without them all cores are used.
/// </para>
/// </summary>
internal static class TorchRuntime
{
    private static readonly Lock Gate = new();
    private static bool s_ready;

    /// <summary>True when OMP_NUM_THREADS says how many threads to use; then nothing here overrules it.</summary>
    public static bool ThreadsAreGiven { get; } = GivenThreads() is not null;

    /// <summary>Of libtorch; after <see cref="Initialize"/>.</summary>
    public static string Version
    {
        // Not inlined: no torch type may be touched before the libraries are there.
        [MethodImpl(MethodImplOptions.NoInlining)]
        get => torch.__version__;
    }

    /// <summary>Loads the native libraries once per process and sets thread counts. Safe to call again and from several processes at once.</summary>
    /// <param name="nativeFolder">where libtorch lies when not beside the program; null = beside the program</param>
    /// <exception cref="DllNotFoundException">libtorch is absent or does not load on this system; the text says why</exception>
    public static void Initialize(string? nativeFolder = null)
    {
        lock (Gate)
        {
            if (s_ready)
                return;
            NativeTorch.Load(nativeFolder);
            Start();
            s_ready = true;
        }
    }

    /// <summary>Uses fewer threads for a model too small to gain from more, unless the environment says how many.</summary>
    public static void UseThreadsFor(int hiddenSize)
    {
        if (!ThreadsAreGiven)
            torch.set_num_threads(RecommendedThreads(hiddenSize, Environment.ProcessorCount));
    }

    /// <summary>Measured: at a width of 256 two threads save a quarter of the time and cost twice the CPU; at 64 they are five times slower.</summary>
    public static int RecommendedThreads(int hiddenSize, int cores) => hiddenSize <= 256 ? 1 : Math.Max(1, cores);

    // Not inlined: no torch type may be touched before the libraries are there.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Start()
    {
        torch.InitializeDeviceType(DeviceType.CPU);
        torch.set_num_threads(GivenThreads() ?? Math.Max(1, Environment.ProcessorCount));
        torch.set_num_interop_threads(1);
    }

    private static int? GivenThreads() =>
        int.TryParse(Environment.GetEnvironmentVariable("OMP_NUM_THREADS"), NumberStyles.None, CultureInfo.InvariantCulture, out var threads) && threads > 0
            ? threads
            : null;
}
