using FineTunePipeline.ModelTools.Running;

namespace FineTunePipeline.ModelTools.Files;

/// <summary>Input that must be there.</summary>
internal static class InputFiles
{
    /// <param name="what">How the message begins: "The model file".</param>
    /// <exception cref="EngineException">It is missing, empty or a folder (exit code 3).</exception>
    public static void Require(string path, string what)
    {
        if (Directory.Exists(path))
        {
            throw EngineException.BadInput("input_is_folder", $"{what} {path} is a folder: name a file.");
        }

        if (!File.Exists(path))
        {
            throw EngineException.BadInput("input_missing", $"{what} {path} does not exist.");
        }

        if (new FileInfo(path).Length == 0)
        {
            throw EngineException.BadInput("input_empty", $"{what} {path} is empty.");
        }
    }

    public static void RequireFolder(string path, string what)
    {
        if (!Directory.Exists(path))
        {
            throw EngineException.BadInput("input_missing", $"{what} {path} does not exist or is no folder.");
        }
    }
}
