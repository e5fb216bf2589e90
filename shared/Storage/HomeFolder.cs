namespace FineTunePipeline.Storage;

/// <summary>Where an installation keeps its files if no setting says it: <c>FINETUNE_HOME</c>, else <c>~/.finetune</c>.</summary>
public static class HomeFolder
{
    /// <summary>A file or folder of it.</summary>
    public static string At(string name)
    {
        var home = Environment.GetEnvironmentVariable("FINETUNE_HOME");
        return Path.Combine(string.IsNullOrWhiteSpace(home) ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".finetune") : home, name);
    }
}
