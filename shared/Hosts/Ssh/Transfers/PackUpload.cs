using System.Text;
using FineTunePipeline.Hosts.Ssh.Commands;
using FineTunePipeline.Hosts.Transfers;
using FineTunePipeline.Storage;

namespace FineTunePipeline.Hosts.Ssh.Transfers;

/// <summary>Brings one <see cref="FilePack"/> to the host in one call: unpacked beside its place, hashed, flushed, and only then renamed.</summary>
internal sealed class PackUpload(RemoteCalls calls)
{
    private const int MostTries = 3;
    private const int WrongDigest = 75;
    private const int CannotPack = 76;

    // Few programs, however many files: what is a folder of its own is renamed as a whole, what meets a folder is moved there with one mv for each folder.
    // Another pack may make a folder in the same moment: then the move is tried again. The archive may end early, by a broken connection: its list of names
    // then names what is not there, and the digests are not those that were announced.
    private const string Script = """
        fail() { code=$?; [ "$code" != 0 ] || code=74; cd /; rm -rf -- "$stage"; exit "$code"; }
        flush() { sync -f "$1" 2>/dev/null || sync; }
        several() { $sum "$@" | cut -c 1-64; }
        one() { $sum <"$1" | cut -c 1-64; }
        some() { folder=$1; shift; [ -e "$1" ] || return 0; mv -f -- "$@" "$folder/"; }
        put() {
          for each in "$1"/* "$1"/.[!.]* "$1"/..?*; do
            [ -d "$each" ] && [ -d "$2/${each##*/}" ] || continue
            [ "$(stat -L -c %d -- "$2/${each##*/}")" = "$(stat -L -c %d -- "$1")" ] || return 76
            put "$each" "$2/${each##*/}" || return
          done
          some "$2" "$1"/* && some "$2" "$1"/.[!.]* && some "$2" "$1"/..?* && rmdir -- "$1"
        }
        into=$1 stage=$2
        command -v tar >/dev/null || exit 76
        umask 022
        make_folder "$into/" && make_folder "$stage" || exit
        tar -x -m -o -f - -C "$stage" && cd "$stage/files" && . ../names || fail
        there=$(all)
        echo "$there"
        [ "$there" = "$digests" ] || { cd / && rm -rf -- "$stage"; exit 75; }
        flush "$stage" && cd / || fail
        tries=0
        until put "$stage/files" "$into"; do
          code=$? tries=$((tries + 1))
          [ "$code" != 76 ] && [ "$tries" -lt 5 ] || { (exit "$code"); fail; }
        done
        flush "$into" || fail
        rm -rf -- "$stage"
        """;

    /// <returns>false if this host cannot unpack it; nothing of it was put in place, or only whole files.</returns>
    /// <exception cref="ArtifactCorruptException">A content is not what its digest says.</exception>
    /// <exception cref="IOException">The host could not store them.</exception>
    /// <exception cref="HostUnreachableException">No contact, several times one after another.</exception>
    public async Task<bool> UploadAsync(FilePack pack, TransferMeter meter, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                var result = await SendAsync(pack, meter, cancellationToken).ConfigureAwait(false);
                if (result.ExitCode == 0 && Wrong(pack, result) is null)
                {
                    meter.Done(pack.Bytes);
                    return true;
                }

                if (result.ExitCode == CannotPack)
                {
                    return false;
                }

                if (Fault(pack, result) is var fault && (fault is not ArtifactCorruptException || tries == MostTries))
                {
                    throw fault;
                }
            }
            catch (HostUnreachableException) when (tries < MostTries)
            {
                // A connection that broke may be an accident of its own: the next try makes a new one, or says that there is none.
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    private async Task<RemoteResult> SendAsync(FilePack pack, TransferMeter meter, CancellationToken cancellationToken)
    {
        var stage = $"{pack.Folder}/{DurableFile.TemporaryPrefix}{Guid.NewGuid():N}";
        using var limit = new StallLimit(calls, cancellationToken);
        RemoteProcess? process = null;
        try
        {
            process = await RemoteProcess.StartAsync(calls.Pool, calls.Making(HostDigest.Choose + Script, pack.Folder, stage), limit.Token).ConfigureAwait(false);
            try
            {
                var input = new RemoteInputStream(process, limit.Moved);
                await using (input.ConfigureAwait(false))
                {
                    await pack.WriteAsync(input, meter.Sent, limit.Token).ConfigureAwait(false);
                }

                await process.CloseInputAsync(limit.Token).ConfigureAwait(false);
            }
            catch (RemoteInputClosedException)
            {
                // It ended before it had read all: its exit code below says why.
                limit.Moved();
            }

            limit.Allow(calls.Options.HashTimeout);
            var result = await RemoteCalls.ToEndAsync(process, limit.Token).ConfigureAwait(false);
            await process.DisposeAsync().ConfigureAwait(false);
            return result;
        }
        catch (Exception exception)
        {
            _ = AbandonAsync(process, stage, hasContact: exception is not HostUnreachableException);
            if (limit.Explains(exception))
            {
                throw calls.Late($"storing {pack.Files.Count} files in {pack.Folder} (nothing moved)", calls.Options.CallTimeout, exception);
            }

            throw;
        }
    }

    /// <summary>In the background; where the connection broke, the script itself sees the end of its input and removes what it made.</summary>
    private async Task AbandonAsync(RemoteProcess? process, string stage, bool hasContact)
    {
        if (process is null)
        {
            return;
        }

        if (hasContact)
        {
            await ((Task)process.KillAsync()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var remove = new RemoteScript("rm -rf -- \"$1\"", stage);
            await ((Task)calls.RunAsync(remove, $"deleting {stage}", calls.Options.CallTimeout, CancellationToken.None)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await process.DisposeAsync().ConfigureAwait(false);
    }

    private Exception Fault(FilePack pack, RemoteResult result) =>
        result.ExitCode == RemoteResult.NoSuchProgram ? HostDigest.Missing(calls.Pool.Endpoint)
        : result.ExitCode is 0 or WrongDigest && Wrong(pack, result) is { } wrong ? wrong
        : new IOException($"{calls.Pool.Endpoint} could not store {pack.Files.Count} files in {pack.Folder}/ (exit code {result.ExitCode}): {UploadText.Brief(result.Error)}");

    /// <summary>Null if the host's digests are those that were announced.</summary>
    private static ArtifactCorruptException? Wrong(FilePack pack, RemoteResult result)
    {
        var there = HostDigest.In(Encoding.ASCII.GetString(result.Output)).ToList();
        for (var i = 0; i < pack.Files.Count; i++)
        {
            if (i >= there.Count || there[i] != pack.Files[i].Sha256)
            {
                return new ArtifactCorruptException(pack.Files[i].Sha256, i < there.Count ? there[i] : "nothing");
            }
        }

        return null;
    }
}
