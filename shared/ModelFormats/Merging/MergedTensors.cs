using System.Buffers;
using FineTunePipeline.ModelFormats.Safetensors;

namespace FineTunePipeline.ModelFormats.Merging;

/// <summary>The tensors of the merged model: copies of the base's, or sums that are computed in blocks of rows while they are written.</summary>
internal sealed class MergedTensors(ModelWeights model, AdapterPairs pairs, TensorType? outputType, Action<long> onWritten, CancellationToken cancellationToken)
{
    private const int BlockBytes = 1 << 23;

    public TensorToWrite Of(string name)
    {
        var entry = model[name];
        if (pairs.Of(name) is not { } pair)
        {
            return new TensorToWrite(name, entry.Type, entry.Shape, stream => Copy(entry, stream));
        }

        if (!FloatCodec.Supports(entry.Type))
        {
            throw new InvalidModelFileException(model.Folder, $"tensor '{name}' is of type {entry.Type}; weights are merged in F32, F16 and BF16 (quantised models cannot be merged)");
        }

        var type = outputType ?? entry.Type;
        return new TensorToWrite(name, type, entry.Shape, stream => Merge(entry, pair, type, stream));
    }

    private void Copy(TensorEntry entry, Stream stream)
    {
        for (long offset = 0; offset < entry.ByteLength; offset += BlockBytes)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var length = (int)Math.Min(BlockBytes, entry.ByteLength - offset);
            stream.Write(model.Bytes(entry, offset, length));
            onWritten(length);
        }
    }

    private void Merge(TensorEntry entry, LowRankPair pair, TensorType type, Stream stream)
    {
        var rows = checked((int)entry.Shape[0]);
        int inputRow = pair.Inputs * entry.Type.ByteSize(), outputRow = pair.Inputs * type.ByteSize();
        var blockRows = Math.Clamp(BlockBytes / outputRow, 1, rows);
        var block = new byte[blockRows * outputRow];
        for (var first = 0; first < rows; first += blockRows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = Math.Min(blockRows, rows - first);
            var start = first;
            Parallel.For(0, count, row => MergeRow(start + row, block.AsSpan(row * outputRow, outputRow)));
            stream.Write(block.AsSpan(0, count * outputRow));
            onWritten((long)count * inputRow);
        }

        void MergeRow(int row, Span<byte> output)
        {
            var rented = ArrayPool<float>.Shared.Rent(2 * pair.Inputs);
            var weights = rented.AsSpan(0, pair.Inputs);
            FloatCodec.Decode(entry.Type, model.Bytes(entry, (long)row * inputRow, inputRow), weights);
            pair.AddTo(row, weights, rented.AsSpan(pair.Inputs, pair.Inputs));
            FloatCodec.Encode(type, weights, output);
            ArrayPool<float>.Shared.Return(rented);
        }
    }
}
