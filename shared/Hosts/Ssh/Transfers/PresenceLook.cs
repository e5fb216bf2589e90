using System.Text;
using FineTunePipeline.Hosts.Ssh.Commands;

namespace FineTunePipeline.Hosts.Ssh.Transfers;

/// <summary>Asks the host in one call which of many files it has already, by their digests.</summary>
internal sealed class PresenceLook(RemoteCalls calls)
{
    private const int FilesPerCall = 4096;
    private const int FilesPerProgram = 128;

    // What is asked comes by standard input, where no length limit is met, and is evaluated as a whole: a shell that read it as its script would read byte by
    // byte. Each question is answered by "=" and the numbers of the files that are there, and by their digests; a file that goes away meanwhile spoils its
    // answer, and is then sent. Where not even the folder of them all is there, nothing is looked at.
    private const string Script = "[ -d \"$1/\" ] || { cat >/dev/null; exit 0; }\n" + HostDigest.Choose + """
        some() {
          n=$# k=0 there=
          for f do
            k=$((k + 1))
            if [ -f "$f" ]; then there="$there $k"; set -- "$@" "$f"; fi
          done
          shift "$n"
          echo "=$there"
          [ $# = 0 ] || $sum "$@" 2>/dev/null | cut -c 1-64
        }
        one() {
          if [ -f "$1" ]; then echo '= 1'; $sum <"$1" 2>/dev/null | cut -c 1-64; else echo '='; fi
        }
        eval "$(cat)"
        """;

    /// <summary>Those that are not there, or not with their digest.</summary>
    /// <exception cref="HostUnreachableException">No contact.</exception>
    public async Task<IReadOnlyList<HostUpload>> MissingAsync(IReadOnlyList<HostUpload> files, CancellationToken cancellationToken)
    {
        var missing = new List<HostUpload>();
        foreach (var part in files.Chunk(FilesPerCall))
        {
            var questions = Questions(part);
            var script = string.Join('\n', questions.Select(Line)) + "\n";
            var result = await calls.RunAsync(
                new RemoteScript(Script, UploadPaths.CommonFolder(part)), Encoding.UTF8.GetBytes(script), $"hashing {part.Length} files", calls.Options.HashTimeout, cancellationToken).ConfigureAwait(false);
            if (result.ExitCode == RemoteResult.NoSuchProgram)
            {
                throw HostDigest.Missing(calls.Pool.Endpoint);
            }

            missing.AddRange(Missing(questions, Encoding.ASCII.GetString(result.Output)));
        }

        return missing;
    }

    /// <summary>Files whose lines cannot be told apart by digests alone are asked for one by one.</summary>
    internal static IReadOnlyList<HostUpload[]> Questions(IReadOnlyList<HostUpload> files)
    {
        var plain = files.ToLookup(file => HostDigest.IsPlain(file.Path));
        return [.. plain[true].Chunk(FilesPerProgram), .. plain[false].Select(file => new[] { file })];
    }

    /// <summary>Reads the answers; what is not answered as it should be counts as missing.</summary>
    internal static IReadOnlyList<HostUpload> Missing(IReadOnlyList<HostUpload[]> questions, string output)
    {
        var answers = output.Split('=').Skip(1).ToList();
        var missing = new List<HostUpload>();
        for (var i = 0; i < questions.Count; i++)
        {
            var there = Present(questions[i], i < answers.Count ? answers[i] : "");
            missing.AddRange(questions[i].Where(file => !there.Contains(file)));
        }

        return missing;
    }

    private static HashSet<HostUpload> Present(HostUpload[] files, string answer)
    {
        var end = answer.IndexOf('\n', StringComparison.Ordinal);
        var numbers = end < 0 ? [] : answer[..end].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var digests = HostDigest.In(end < 0 ? "" : answer[end..]).ToList();
        return numbers.Length != digests.Count
            ? []
            : [.. numbers.Zip(digests)
                .Where(pair => int.TryParse(pair.First, out var number) && number >= 1 && number <= files.Length && files[number - 1].Sha256 == pair.Second)
                .Select(pair => files[int.Parse(pair.First, System.Globalization.CultureInfo.InvariantCulture) - 1])];
    }

    private static string Line(HostUpload[] files) =>
        $"{(files is [var file] && !HostDigest.IsPlain(file.Path) ? "one" : "some")} {string.Join(' ', files.Select(file => ShellQuote.Quote(file.Path)))}";
}
