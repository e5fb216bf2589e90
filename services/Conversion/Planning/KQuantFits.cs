using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.ModelFormats;
using FineTunePipeline.ModelFormats.Gguf;
using FineTunePipeline.Storage;

namespace FineTunePipeline.Conversion.Planning;

/// <summary>Asks of a stored model whether k-quants fit its rows; its configuration is enough for that.</summary>
internal sealed class KQuantFits(IArtifactStore store)
{
    private const string Config = "config.json";

    public async Task<KQuantFit> LoadAsync(ArtifactReference model, CancellationToken cancellationToken)
    {
        var manifest = await store.LoadManifestAsync(model, cancellationToken);
        var config = manifest.Files.FirstOrDefault(file => file.Path == Config)
            ?? throw StageException.BadInput("model_incomplete", $"The base model has no {Config}.");
        var folder = Directory.CreateTempSubdirectory("finetune-config-");
        try
        {
            await store.DownloadAsync(config.Sha256, Path.Combine(folder.FullName, Config), cancellationToken);
            return KQuantFit.OfConfig(folder.FullName);
        }
        catch (InvalidModelFileException exception)
        {
            throw StageException.BadInput("model_config", $"The base model's configuration cannot be used: {exception.Message}");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
