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

    /// <exception cref="ConfigurationFileException">The file is not readable YAML, or <c>FINETUNE_CONFIG</c> names none.</exception>
    public static IConfigurationBuilder AddFineTune(this IConfigurationBuilder configuration, DataHome home)
    {
        configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Database:Folder"] = home.Databases,
            ["Storage:Folder"] = home.Artifacts,
            ["LocalHost:WorkFolder"] = home.Work,
        });
        configuration.AddInMemoryCollection(YamlSettings.Read(FileOf(home.Folder)));
        return configuration.AddEnvironmentVariables("FINETUNE__");
    }

    /// <summary>What is set for a folder that is not open yet; without the folder's own defaults.</summary>
    /// <exception cref="ConfigurationFileException">As above.</exception>
    public static IConfiguration Read(string folder, string[] args) => new ConfigurationBuilder()
        .AddCommandLine(args)
        .AddInMemoryCollection(YamlSettings.Read(FileOf(folder)))
        .AddEnvironmentVariables("FINETUNE__")
        .Build();

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
