using System.Globalization;
using FineTunePipeline.Benchmarks.Gguf;

namespace FineTunePipeline.Benchmarks.Upload;

/// <summary>scp or rsync of Debian, with its own settings but for key and port.</summary>
internal sealed class PeerUpload(string program) : UploadContestant(program)
{
    public override async Task CopyAsync(UploadSource source, UploadHost host, string target)
    {
        string[] options = ["-F", "none", "-i", host.KeyFile, "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR"];
        var port = host.Endpoint.Port.ToString(CultureInfo.InvariantCulture);
        var to = $"{host.Endpoint.User}@{host.Endpoint.Host}:{target}";
        string[] words = Name switch
        {
            "scp" => ["scp", "-q", "-r", "-P", port, .. options, source.Folder, to],
            "rsync" => ["rsync", "-a", "-e", $"ssh -p {port} {string.Join(' ', options)}", source.Folder + "/", to + "/"],
            _ => throw new NotSupportedException(Name),
        };
        await RunAsync(words);
    }

    public override double Here(ProcessorTime passed) => passed.Children;

    /// <summary>Throws with what it said if it fails.</summary>
    public static async Task RunAsync(params string[] words)
    {
        var (code, _, errors) = await Converter.RunAsync(words);
        if (code != 0)
        {
            throw new InvalidOperationException($"{string.Join(' ', words)} ended with {code}: {errors}");
        }
    }
}
