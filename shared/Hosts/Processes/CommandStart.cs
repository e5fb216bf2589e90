using System.Diagnostics;

namespace FineTunePipeline.Hosts.Processes;

/// <summary>Turns a <see cref="HostCommand"/> into what the system wants.</summary>
public static class CommandStart
{
    /// <summary>Our own settings may hold credentials; nothing that we start needs them.</summary>
    private const string SettingsPrefix = "FINETUNE__";

    /// <summary>A start without a shell and without our settings in the environment.</summary>
    public static ProcessStartInfo Info(HostCommand command)
    {
        var info = new ProcessStartInfo(command.FileName, command.Arguments)
        {
            UseShellExecute = false,
            CreateNoWindow = true,
            WorkingDirectory = command.WorkingDirectory ?? string.Empty,
        };
        foreach (var name in info.Environment.Keys.Where(name => name.StartsWith(SettingsPrefix, StringComparison.OrdinalIgnoreCase)).ToList())
        {
            info.Environment.Remove(name);
        }

        foreach (var (name, value) in command.Environment)
        {
            info.Environment[name] = value;
            if (value is null)
            {
                info.Environment.Remove(name);
            }
        }

        return info;
    }
}
