using FineTunePipeline.ServiceDefaults.Home;
using Microsoft.Extensions.Configuration;

namespace FineTunePipeline.ServiceDefaults.Configuration;

/// <summary>
/// Where settings come from, the later ones over the earlier: defaults in the options classes, folders of the data home, the user's
/// <c>finetune.yaml</c> (in the data home, or named by <c>FINETUNE_CONFIG</c>), environment variables <c>FINETUNE__Section__Name</c>.
/// </summary>
public static class FineTuneConfiguration
{
    public const string FileName = "finetune.yaml";

    /// <summary>The settings of the user's file; none if there is no file.</summary>
    /// <param name="folder">The data home.</param>
    /// <exception cref="ConfigurationFileException">The file is not readable YAML, or <c>FINETUNE_CONFIG</c> names none.</exception>
    public static IReadOnlyDictionary<string, string?> ReadFile(string folder) => YamlSettings.Read(FileOf(folder));

    /// <param name="configuration">What is there already, such as the command line.</param>
    /// <param name="folder">The data home.</param>
    /// <param name="file">What <see cref="ReadFile"/> read.</param>
    public static IConfigurationBuilder AddFineTune(this IConfigurationBuilder configuration, string folder, IReadOnlyDictionary<string, string?> file)
    {
        configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Database:Folder"] = DataHome.DatabasesIn(folder),
            ["Storage:Folder"] = DataHome.ArtifactsIn(folder),
            ["LocalHost:WorkFolder"] = DataHome.WorkIn(folder),
            ["Engines:PackageFolder"] = DataHome.EnginesIn(folder),
            ["Pool:SecretKeyFile"] = Path.Combine(folder, "secret_key"),
            ["Ssh:KeyFile"] = Path.Combine(folder, "ssh_key"),
        });
        configuration.AddInMemoryCollection(file);
        return configuration.AddEnvironmentVariables(EnvironmentName.Prefix);
    }

    private static string? FileOf(string folder)
    {
        if (Environment.GetEnvironmentVariable("FINETUNE_CONFIG") is { Length: > 0 } named)
        {
            return File.Exists(named) ? named : throw new ConfigurationFileException($"FINETUNE_CONFIG names {named}, which does not exist.");
        }

        var usual = Path.Combine(folder, FileName);
        return File.Exists(usual) ? usual : null;
    }
}
