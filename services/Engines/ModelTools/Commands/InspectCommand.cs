using System.Security.Cryptography;
using FineTunePipeline.ModelFormats.Folders;
using FineTunePipeline.ModelTools.Running;

namespace FineTunePipeline.ModelTools.Commands;

/// <summary><c>inspect DIR</c>: whether a model's folder can be used, and the digests of the files that are. Changes nothing and loads no native library.</summary>
internal static class InspectCommand
{
    private const int BufferBytes = 1 << 20;

    public static readonly VerbUsage Usage = new(
        "Says what keeps a Hugging Face model folder from being trained on, and hashes the files that are used of one that can be.",
        ["DIR"],
        new VerbOption("gguf", null, "GGUF files are to be made of the result, which must then be able to chat"));

    public static async Task RunAsync(VerbArguments arguments, EngineOutput output, CancellationToken cancellationToken)
    {
        var faults = new FaultList();
        var folder = ModelFolder.Read(Path.GetFullPath(arguments[0]), faults);
        var facts = ModelInspection.Inspect(folder, arguments.Has("gguf"), faults);
        List<InspectedFile>? files = null;
        if (facts is not null)
        {
            files = [];
            var (done, all) = (0L, Math.Max(1, folder.TotalBytes));
            foreach (var file in folder.Files)
            {
                files.Add(await HashAsync(file, bytes => output.Progress((done += bytes) / (double)all), cancellationToken));
            }
        }

        output.Result(new { Architecture = facts?.Config.ModelType, facts?.Parameters, folder.TotalBytes, Files = files, faults.Faults });
    }

    private static async Task<InspectedFile> HashAsync(ModelFile file, Action<int> tell, CancellationToken cancellationToken)
    {
        var before = File.GetLastWriteTimeUtc(file.FullPath);
        await using var stream = new FileStream(file.FullPath, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.SequentialScan | FileOptions.Asynchronous);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[BufferBytes];
        var length = 0L;
        while (await stream.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            hash.AppendData(buffer, 0, read);
            length += read;
            tell(read);
        }

        // Half of an old file and half of a new one is no model.
        return before == File.GetLastWriteTimeUtc(file.FullPath) && length == file.Bytes
            ? new InspectedFile(file.Name, length, Convert.ToHexStringLower(hash.GetHashAndReset()))
            : throw EngineException.BadInput("model_changing", $"{file.FullPath} changed while it was read; is it still being downloaded?");
    }

    private sealed record InspectedFile(string Path, long Bytes, string Sha256);
}
