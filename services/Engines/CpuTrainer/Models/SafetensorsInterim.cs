using System.Buffers.Binary;
using System.Text.Json;
namespace FineTunePipeline.ModelFormats.Safetensors;
// Stands in until shared/ModelFormats/Safetensors is merged; same names, no checks.
internal enum TensorType { F32, F16, BF16, U8, I64 }
internal sealed record TensorEntry(string Name, TensorType Type, IReadOnlyList<long> Shape, long Offset, long ByteLength);
internal sealed record TensorToWrite(string Name, TensorType Type, IReadOnlyList<long> Shape, Action<Stream> Write);
internal sealed unsafe class ModelWeights : IDisposable
{
    private readonly Dictionary<string, (TensorEntry Entry, nint At)> _all = [];
    public IReadOnlyDictionary<string, TensorEntry> Tensors => _all.ToDictionary(p => p.Key, p => p.Value.Entry);
    public byte* Pointer(string name) => (byte*)_all[name].At;
    public static ModelWeights OpenFolder(string folder)
    {
        var weights = new ModelWeights();
        foreach (var path in Directory.GetFiles(folder, "*.safetensors"))
        {
            var bytes = File.ReadAllBytes(path);
            var memory = (nint)System.Runtime.InteropServices.NativeMemory.Alloc((nuint)bytes.Length);
            bytes.CopyTo(new Span<byte>((void*)memory, bytes.Length));
            var header = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
            using var json = JsonDocument.Parse(bytes.AsMemory(8, header));
            foreach (var p in json.RootElement.EnumerateObject().Where(p => p.Name != "__metadata__"))
            {
                var o = p.Value.GetProperty("data_offsets");
                var (from, to) = (o[0].GetInt64(), o[1].GetInt64());
                var entry = new TensorEntry(p.Name, Enum.Parse<TensorType>(p.Value.GetProperty("dtype").GetString()!), [.. p.Value.GetProperty("shape").EnumerateArray().Select(x => x.GetInt64())], from, to - from);
                weights._all[p.Name] = (entry, memory + 8 + header + (nint)from);
            }
        }
        return weights;
    }
    public void Dispose() { }
}
