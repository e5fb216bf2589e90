using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTunePipeline.CpuTrainer.Torch;

/// <summary>What libtorch itself finds where it runs; drivers and processors promise more than a library can use.</summary>
/// <param name="Torch">Version of libtorch.</param>
/// <param name="Device">Where this trainer computes, in PyTorch's words: cpu.</param>
/// <param name="DeviceName">What that is called, for people.</param>
/// <param name="Threads">That compute.</param>
/// <param name="Cuda">libtorch can use a card. This trainer does not.</param>
/// <param name="Bf16">The device multiplies in bfloat16 by instructions of its own.</param>
/// <param name="FreeMemoryBytes">Of the card; null: it computes on none.</param>
/// <param name="MatmulSize">Rows and columns of the product that was computed.</param>
/// <param name="MatmulMilliseconds">Of the fastest of a few.</param>
/// <param name="MatmulCorrect">It came out as it must.</param>
internal sealed partial record TorchReport(
    string Torch,
    string Device,
    string DeviceName,
    int Threads,
    bool Cuda,
    bool Bf16,
    long? FreeMemoryBytes,
    int MatmulSize,
    double MatmulMilliseconds,
    bool MatmulCorrect)
{
    private const int Size = 512;
    private const int Tries = 3;
    private const int Values = 7;

    /// <summary>Computes a little; call it after <see cref="TorchRuntime.Initialize"/>.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static TorchReport Make()
    {
        var (milliseconds, correct) = Multiply();
        return new TorchReport(
            TorchRuntime.Version, "cpu", ProcessorName(), get_num_threads(), Native.IsCudaAvailable() != 0, CpuFeatures.BFloat16, FreeMemoryBytes: null, Size,
            Math.Round(milliseconds, 3), correct);
    }

    /// <summary>With a matrix that only turns the columns around, so that each value of the product is known exactly.</summary>
    private static (double Milliseconds, bool Correct) Multiply()
    {
        using var scope = NewDisposeScope();
        var left = arange(Size * Size, ScalarType.Float32).remainder(Values).view(Size, Size);
        var right = eye(Size, dtype: ScalarType.Float32).flip(1);
        var (fastest, correct) = (double.PositiveInfinity, true);
        for (var i = 0; i < Tries; i++)
        {
            var began = Stopwatch.GetTimestamp();
            var product = left.matmul(right);
            fastest = Math.Min(fastest, Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            correct &= product.equal(left.flip(1)).all().item<bool>();
        }

        return (fastest, correct);
    }

    private static string ProcessorName()
    {
        const string cpuInfo = "/proc/cpuinfo";
        var line = File.Exists(cpuInfo) ? File.ReadLines(cpuInfo).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line?.Split(':', 2)[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
    }

    /// <summary>Asked of the library itself: TorchSharp's own question first looks for another build of libtorch, and throws where there is none.</summary>
    private static partial class Native
    {
        [LibraryImport("LibTorchSharp", EntryPoint = "THSTorchCuda_is_available")]
        public static partial byte IsCudaAvailable();
    }
}
