using System.Text.Json;
using FineTunePipeline.ModelFormats;
using FineTunePipeline.ModelFormats.Gguf;

namespace FineTunePipeline.Benchmarks.Gguf;

/// <summary>One conversion in a process of its own, with its managed memory on stdout.</summary>
internal static class ConvertCommand
{
    public static int Run(string folder, string output, string typeName)
    {
        if (!GgufTypeExtensions.TryParse(typeName, out var type))
        {
            Console.Error.WriteLine($"'{typeName}' is not one of f32, f16, bf16, q8_0");
            return 2;
        }

        try
        {
            using var sampler = new HeapSampler();
            var conversion = HfToGguf.Convert(folder, output, type, null, CancellationToken.None);
            foreach (var warning in conversion.Warnings)
            {
                Console.Error.WriteLine($"warning: {warning}");
            }

            Console.WriteLine(JsonSerializer.Serialize(new
            {
                tensors = conversion.Tensors,
                bytes = conversion.Bytes,
                sha256 = conversion.Sha256,
                managed_heap_mb = sampler.PeakMegabytes(),
            }));
            return 0;
        }
        catch (InvalidModelFileException e)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
    }
}
