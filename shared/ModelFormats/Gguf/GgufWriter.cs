using System.Runtime.ExceptionServices;

namespace FineTunePipeline.ModelFormats.Gguf;

/// <summary>
/// Writes GGUF version 3 files with the layout of the reference writer. All sizes are known from the shapes, so pieces of about a megabyte are produced and
/// written by several threads at their final places; memory is bounded by the pieces in flight. The file gets its name when it is whole; on any failure (disk
/// full, cancel) the temporary file is deleted.
/// </summary>
/// <remarks>
/// The file is not flushed to the disk: a GGUF can be made again, its digest is returned, and whoever stores it for good (the artifact store) flushes its own
/// copy. Flushing here as well would take longer than the whole conversion.
/// </remarks>
public static class GgufWriter
{
    private const uint Version = 3;
    private const long Alignment = 32;
    private const int MaxNameBytes = 63;

    /// <param name="path">Replaced if it exists.</param>
    /// <param name="metadata">Written in its order.</param>
    /// <param name="tensors">Written in this order.</param>
    /// <param name="progress">Fractions from 0 to 1; called from the writing threads.</param>
    /// <param name="cancellationToken">Looked at before each piece.</param>
    public static GgufWritten Write(
        string path, GgufMetadata metadata, IReadOnlyList<GgufTensorToWrite> tensors, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        var header = Header(metadata, tensors);
        var pieces = GgufPiece.Cut(tensors, header.Length, Alignment);
        var length = pieces.Count == 0 ? header.Length : pieces[^1].FileOffset + pieces[^1].PaddedBytes;
        var temporary = WholeFile.TemporaryName(path);
        try
        {
            string sha256;
            using (var file = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.None, preallocationSize: length))
            {
                RandomAccess.Write(file, header, 0);
                using var writer = new GgufPieceWriter(file, pieces, progress, cancellationToken);
                sha256 = writer.Run(header);
            }

            File.Move(temporary, path, overwrite: true);
            return new GgufWritten(length, sha256);
        }
        catch (AggregateException e)
        {
            File.Delete(temporary);
            ExceptionDispatchInfo.Throw(e.Flatten().InnerExceptions[0]);
            throw;
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private static byte[] Header(GgufMetadata metadata, IReadOnlyList<GgufTensorToWrite> tensors)
    {
        using var header = new MemoryStream();
        header.Write("GGUF"u8);
        GgufMetadata.WriteUInt32(header, Version);
        GgufMetadata.WriteUInt64(header, (ulong)tensors.Count);
        GgufMetadata.WriteUInt64(header, (ulong)metadata.Count);
        metadata.WriteTo(header);
        long offset = 0;
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var tensor in tensors)
        {
            if (!names.Add(tensor.Name) || System.Text.Encoding.UTF8.GetByteCount(tensor.Name) > MaxNameBytes)
            {
                throw new ArgumentException($"The tensor name '{tensor.Name}' is used twice or longer than {MaxNameBytes} bytes", nameof(tensors));
            }

            GgufMetadata.WriteText(header, tensor.Name);
            GgufMetadata.WriteUInt32(header, (uint)tensor.Shape.Count);
            foreach (var size in tensor.Shape.Reverse())
            {
                GgufMetadata.WriteUInt64(header, (ulong)size);
            }

            GgufMetadata.WriteUInt32(header, (uint)tensor.Type);
            GgufMetadata.WriteUInt64(header, (ulong)offset);
            offset += GgufPiece.Pad(tensor.ByteLength, Alignment);
        }

        header.Write(new byte[GgufPiece.Pad(header.Length, Alignment) - header.Length]);
        return header.ToArray();
    }
}
