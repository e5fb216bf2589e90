using System.Diagnostics;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Processes;

namespace FineTunePipeline.Supervisor;

/// <summary>
/// The command on Windows, where the supervisor itself copies its output into files. It runs before it is on record: if we are killed in that moment,
/// it is left behind unnoticed. Not tested.
/// </summary>
internal sealed class WindowsCommand : ICommandProcess
{
    private readonly Process _process;
    private readonly Task _output;
    private readonly Task _error;

    public WindowsCommand(HostCommand command, string outputFile, string errorFile)
    {
        var info = CommandStart.Info(command);
        info.RedirectStandardInput = info.RedirectStandardOutput = info.RedirectStandardError = true;
        _process = Process.Start(info) ?? throw new IOException($"{command.FileName} was not started.");
        _process.StandardInput.Close();
        _output = CopyAsync(_process.StandardOutput.BaseStream, outputFile);
        _error = CopyAsync(_process.StandardError.BaseStream, errorFile);
        Identity = ProcessIdentity.Of(_process.Id) ?? new ProcessIdentity(_process.Id, "ended", "-");
    }

    public ProcessIdentity Identity { get; }

    public void Release()
    {
        // It runs already.
    }

    public void Abandon() => ProcessGroup.Kill(Identity);

    public async Task<int> WaitAsync()
    {
        await _process.WaitForExitAsync().ConfigureAwait(false);
        await Task.WhenAll(_output, _error).ConfigureAwait(false);
        return _process.ExitCode;
    }

    private static async Task CopyAsync(Stream from, string path)
    {
        var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, 1);
        await using (file.ConfigureAwait(false))
        {
            await from.CopyToAsync(file).ConfigureAwait(false);
        }
    }
}
