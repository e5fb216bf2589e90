using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace FineTunePipeline.ModelFormats.Gguf;

/// <summary>
/// Produces, writes and hashes the pieces of a file with a few threads. Writing is in any order; hashing must be in file order, so a thread that finishes a
/// piece hashes it if it is the next one, together with the ones that wait behind it, and leaves it for a later thread otherwise. No thread only hashes and
/// none only waits.
/// </summary>
internal sealed class GgufPieceWriter(SafeFileHandle file, IReadOnlyList<GgufPiece> pieces, IProgress<double>? progress,
    CancellationToken cancellationToken) : IDisposable
{
    private const int MaxThreads = 8;
    private const int PiecesInFlightPerThread = 6;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly Lock _gate = new();
    private readonly Dictionary<int, byte[]> _waiting = [];
    private int _threads;
    private SemaphoreSlim? _room;
    private int _claimed = -1;
    private int _nextToHash;
    private bool _hashing;
    private volatile bool _failed;

    /// <summary>The digest of everything, the header first.</summary>
    public string Run(byte[] header)
    {
        _hash.AppendData(header);
        _threads = Math.Clamp(Math.Min(Environment.ProcessorCount, pieces.Count), 1, MaxThreads);
        _room = new SemaphoreSlim(_threads * PiecesInFlightPerThread);
        Parallel.For(0, _threads, new ParallelOptions { MaxDegreeOfParallelism = _threads }, _ => Work());
        return Convert.ToHexStringLower(_hash.GetHashAndReset());
    }

    public void Dispose()
    {
        _hash.Dispose();
        _room?.Dispose();
    }

    private void Work()
    {
        try
        {
            while (!_failed)
            {
                // Room is taken before the piece, so whoever holds the lowest piece can always go on.
                _room!.Wait(cancellationToken);
                var index = Interlocked.Increment(ref _claimed);
                if (index >= pieces.Count)
                {
                    _room.Release();
                    return;
                }

                Produce(index);
            }
        }
        catch
        {
            // Others may wait for room that this thread would have given back.
            _failed = true;
            _room!.Release(_threads * PiecesInFlightPerThread);
            throw;
        }
    }

    private void Produce(int index)
    {
        var piece = pieces[index];
        var buffer = ArrayPool<byte>.Shared.Rent(piece.PaddedBytes);
        piece.Tensor.Rows(piece.FirstRow, piece.Rows, buffer.AsSpan(0, piece.Bytes));
        buffer.AsSpan(piece.Bytes, piece.PaddedBytes - piece.Bytes).Clear();
        RandomAccess.Write(file, buffer.AsSpan(0, piece.PaddedBytes), piece.FileOffset);
        lock (_gate)
        {
            _waiting.Add(index, buffer);
        }

        HashWhatIsNext();
    }

    private void HashWhatIsNext()
    {
        while (TryTakeNext(out var index, out var buffer))
        {
            _hash.AppendData(buffer.AsSpan(0, pieces[index].PaddedBytes));
            ArrayPool<byte>.Shared.Return(buffer);
            _room!.Release();
            lock (_gate)
            {
                _hashing = false;
                _nextToHash++;
            }

            Report(index);
        }
    }

    private bool TryTakeNext(out int index, out byte[] buffer)
    {
        lock (_gate)
        {
            index = _nextToHash;
            buffer = [];
            if (_hashing || !_waiting.Remove(index, out var next))
            {
                return false;
            }

            buffer = next;
            _hashing = true;
            return true;
        }
    }

    private void Report(int index)
    {
        var percent = (index + 1L) * 100 / pieces.Count;
        if (progress is not null && percent != index * 100L / pieces.Count)
        {
            progress.Report(percent / 100.0);
        }
    }
}
