namespace FineTunePipeline.Benchmarks.Gguf;

/// <summary><c>finetune-model gguf</c>, or this program's own <c>convert</c> where the engine is not built.</summary>
internal sealed class OurConverter(string? engine) : Converter
{
    public string Name => engine is null ? "this program's convert" : engine;

    /// <summary>The engine of this source tree in the configuration of this program, if it is built.</summary>
    public static string? FindEngine()
    {
        var here = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        for (var folder = here; folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "FineTunePipeline.sln")))
            {
                var program = OperatingSystem.IsWindows() ? "finetune-model.exe" : "finetune-model";
                var path = Path.Combine(folder.FullName, "services", "Engines", "ModelTools", "bin", here.Parent!.Name, here.Name, program);
                return File.Exists(path) ? path : null;
            }
        }

        return null;
    }

    /// <summary>The same conversion in a child that watches its own managed memory; megabytes.</summary>
    public static async Task<double> ManagedHeapAsync(string modelFolder, string output, string type)
    {
        var (code, text, errors) = await RunAsync([Environment.ProcessPath!, "convert", modelFolder, output, type]);
        return code == 0
            ? System.Text.Json.JsonDocument.Parse(text).RootElement.GetProperty("managed_heap_mb").GetDouble()
            : throw new InvalidOperationException($"convert ended with {code}: {errors}");
    }

    protected override IEnumerable<string> Command(string modelFolder, string output, string type) =>
        engine is null ? [Environment.ProcessPath!, "convert", modelFolder, output, type] : [engine, "gguf", modelFolder, output, type];
}
