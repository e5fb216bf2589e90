using System.Globalization;
using System.Text;
using FineTunePipeline.Hosts.Ssh.Commands;
using FineTunePipeline.Hosts.Ssh.Files;

namespace FineTunePipeline.Hosts.Ssh.Transfers;

/// <summary>
/// The bytes of one file of the host, as long as it was when it was opened. The host sends only what was asked for, and that is asked for ahead: a slow link
/// stays full, and a slow reader does not fill our memory (SSH.NET buffers without bound).
/// </summary>
internal sealed class RemoteFileStream : Stream
{
    private const int BlockBytes = 64 * 1024;
    private const int BlocksPerRequest = 32;
    private const int RequestBytes = BlockBytes * BlocksPerRequest;
    private const int RequestsAhead = 4;

    // The file is opened once: it may be renamed or deleted meanwhile. Its length is that of what was opened, where the system can say it. A block that is not
    // whole is the last: dd's report tells, and where it comes too early the reader does.
    private const string Script = """
        [ -f "$1" ] || exit 66
        exec 3<"$1" || exit 1
        stat -L -c %s /dev/fd/3 2>/dev/null || wc -c <"$1"
        LC_ALL=C; export LC_ALL; exec 4>&1
        while read -r blocks; do
          said=$(dd bs=65536 count="$blocks" <&3 2>&1 >&4) || { echo "$said" >&2; exit 74; }
          case $said in "$blocks+0 records in"*) ;; *) exit 0 ;; esac
        done
        """;

    private static readonly byte[] Request = Encoding.ASCII.GetBytes(BlocksPerRequest.ToString(CultureInfo.InvariantCulture) + "\n");

    private readonly RemoteCalls _calls;
    private readonly RemoteProcess _process;
    private readonly string _path;
    private readonly long _length;
    private long _asked;
    private long _read;

    private RemoteFileStream(RemoteCalls calls, RemoteProcess process, string path, long length) => (_calls, _process, _path, _length) = (calls, process, path, length);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => _read; set => throw new NotSupportedException(); }

    /// <exception cref="FileNotFoundException">The host has no such file.</exception>
    public static Task<Stream> OpenAsync(RemoteCalls calls, string path, CancellationToken cancellationToken) => calls.WithinAsync(
        $"opening {path}",
        calls.Options.CallTimeout,
        async token =>
        {
            var process = await RemoteProcess.StartAsync(calls.Pool, new RemoteScript(Script, HostPath.Absolute(path)), token).ConfigureAwait(false);
            try
            {
                var line = await LineAsync(process, token).ConfigureAwait(false);
                if (!long.TryParse(line, NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out var length))
                {
                    var code = await process.ExitAsync(token).ConfigureAwait(false);
                    throw code == RemoteResult.NoSuchFile
                        ? RemoteFiles.Missing(path)
                        : new IOException($"{calls.Pool.Endpoint} could not open {path} (exit code {code}): {process.ErrorText.Trim()}");
                }

                var stream = new RemoteFileStream(calls, process, path, length);
                await stream.AskAsync(token).ConfigureAwait(false);
                return (Stream)stream;
            }
            catch
            {
                await process.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        },
        cancellationToken);

    /// <exception cref="HostUnreachableException">The connection broke, or the host sent nothing for <see cref="SshOptions.CallTimeout"/>.</exception>
    /// <exception cref="IOException">The file became shorter meanwhile, or the host cannot read it.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.Length == 0 || _read == _length)
        {
            return 0;
        }

        // What was appended since the file was opened is in the last block, and not ours.
        var wanted = buffer[..(int)Math.Min(buffer.Length, _length - _read)];
        var read = await _calls.WithinAsync(
            $"sending {_path} (nothing moved)",
            _calls.Options.CallTimeout,
            async token =>
            {
                var read = await _process.ReadAsync(wanted, token).ConfigureAwait(false);
                _read += read;
                await AskAsync(token).ConfigureAwait(false);
                return read;
            },
            cancellationToken).ConfigureAwait(false);
        return read > 0 ? read : throw new IOException(
            $"{_calls.Pool.Endpoint} sent {_read} of the {_length} bytes of {_path}: the file became shorter, or cannot be read. {_process.ErrorText.Trim()}".TrimEnd());
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read it asynchronously.");

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            // It only begins the end, and waits for nothing.
            _ = _process.DisposeAsync().AsTask();
        }

        base.Dispose(disposing);
    }

    private static async Task<string> LineAsync(RemoteProcess process, CancellationToken cancellationToken)
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (await process.ReadAsync(one, cancellationToken).ConfigureAwait(false) > 0 && one[0] != '\n')
        {
            line.Append((char)one[0]);
        }

        return line.ToString();
    }

    /// <summary>Keeps so many requests ahead of what was read, and ends the host's loop after the last one.</summary>
    private async Task AskAsync(CancellationToken cancellationToken)
    {
        var requests = 0;
        while (_asked < _length && _asked - _read < (long)RequestsAhead * RequestBytes)
        {
            requests++;
            _asked += RequestBytes;
        }

        if (requests > 0)
        {
            await _process.WriteAsync(Enumerable.Repeat(Request, requests).SelectMany(line => line).ToArray(), cancellationToken).ConfigureAwait(false);
            if (_asked >= _length)
            {
                await _process.CloseInputAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
