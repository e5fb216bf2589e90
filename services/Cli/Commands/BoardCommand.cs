using System.ComponentModel;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using FineTunePipeline.Cli.Hosts;
using FineTunePipeline.Contracts.Jobs;
using Spectre.Console.Cli;

namespace FineTunePipeline.Cli.Commands;

/// <summary>LLaMA-Factory's own web page on the job's host, through a tunnel, until Ctrl-C. It is gone with this program, with the connection, and with the job.</summary>
internal sealed class BoardCommand : AsyncCommand<BoardCommand.Settings>
{
    /// <summary>Imports alone take a minute on a busy host.</summary>
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LongestShow = TimeSpan.FromHours(12);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan SignalTime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(10);

    internal sealed class Settings : JobSettings
    {
        [CommandOption("--port <PORT>")]
        [Description("Port of this computer. Default: a free one")]
        public int Port { get; init; }
    }

    public override async Task<int> ExecuteAsync(CommandContext context, Settings settings, CancellationToken cancellationToken)
    {
        JobHost host;
        using (var gateway = settings.Connect())
        {
            host = await JobHost.AskAsync(HostLogin.Of(await gateway.HostsAsync(Interrupt.Token), settings.Job), settings.Job, Interrupt.Token);
        }

        if (host.Job.TrainerName != TrainerNames.LlamaFactory)
        {
            throw new CliException(ExitCodes.BadInput, $"{settings.Job} trains with '{host.Job.TrainerName}', which has no web page: provider.trainer: {TrainerNames.LlamaFactory} has one.");
        }

        var port = settings.Port > 0 ? settings.Port : FreePort();
        string[] tunnel = ["-o", "ExitOnForwardFailure=yes", "-L", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}:127.0.0.1:{host.FreePort}")];
        await using var run = await HostRun.StartAsync(host, tunnel, "board", LongestShow, Lines(host));
        var address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
        if (await IsThereAsync(address, run))
        {
            Tell(settings, host, address);
        }

        return Explain(settings, host, await EndAsync(run));
    }

    /// <summary>null: Ctrl-C, of which ssh dies as well, and may be first.</summary>
    private static async Task<HostRunEnd?> EndAsync(HostRun run)
    {
        try
        {
            var end = await run.Ended.WaitAsync(Interrupt.Token);
            if (end.State == HostRunState.Lost)
            {
                await Task.Delay(SignalTime, Interrupt.Token);
            }

            return end;
        }
        catch (OperationCanceledException) when (Interrupt.Token.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>
    /// On loopback alone and never shared by its makers' servers, whatever the host's environment says; what it writes goes with the run folder. Its own page tells the
    /// address 0.0.0.0, or none. Source: LLaMA-Factory 0.9.6, src/llamafactory/webui/interface.py, read 2026-11.
    /// </summary>
    private static string Lines(JobHost host)
    {
        var variables = new Dictionary<string, string>(host.Job.Trainer.Environment)
        {
            ["GRADIO_SERVER_NAME"] = "127.0.0.1",
            ["GRADIO_SERVER_PORT"] = host.FreePort.ToString(CultureInfo.InvariantCulture),
            ["GRADIO_SHARE"] = "0",
            ["GRADIO_IPV6"] = "0",
            ["GRADIO_ANALYTICS_ENABLED"] = "False",
        };
        var exports = variables.Select(pair => $"export {pair.Key}={ShellWord.Of(pair.Value)}");
        return string.Join('\n', [.. exports, "unset GRADIO_ROOT_PATH", $"nice -n 10 {ShellWord.Of(host.Job.Trainer.FileName)} webui &", HostScripts.WhileWanted]);
    }

    /// <summary>Waits until the page answers; false: it has ended before.</summary>
    private static async Task<bool> IsThereAsync(string address, HostRun run)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = AnswerLimit };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Interrupt.Token);
        limit.CancelAfter(StartLimit);
        try
        {
            while (!run.Ended.IsCompleted)
            {
                try
                {
                    using var answer = await http.GetAsync(new Uri(address), limit.Token);
                    return true;
                }
                catch (Exception exception) when (exception is HttpRequestException || (exception is TaskCanceledException && !limit.IsCancellationRequested))
                {
                    await Task.WhenAny(run.Ended, Task.Delay(Pause, limit.Token));
                }
            }

            return false;
        }
        catch (OperationCanceledException) when (!Interrupt.Token.IsCancellationRequested)
        {
            throw new CliException(ExitCodes.JobFailed, $"The page did not answer within {StartLimit.TotalMinutes:0} minutes.");
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static void Tell(Settings settings, JobHost host, string address)
    {
        if (settings.Json)
        {
            Output.Json(new JsonObject { ["url"] = address, ["host"] = host.Login.HostName });
            return;
        }

        Console.WriteLine($"LLaMA-Factory's page on {Output.OneLine(host.Login.HostName)}: {address}");
        Console.WriteLine("What is started there takes the card from the job. Ctrl-C closes it; it also ends when the job gives its host back.");
    }

    private static int Explain(Settings settings, JobHost host, HostRunEnd? end)
    {
        if (end is null)
        {
            return ExitCodes.Done;
        }

        var job = settings.Job;
        throw new CliException(ExitCodes.JobFailed, end switch
        {
            { State: HostRunState.Gone } or { WasStopped: true } => $"{job} has given its host back, and the page went with it.",
            { State: HostRunState.Lost } => $"The connection to {host.Login.HostName} broke, and the page went with it; the job goes on.",
            { HitTimeLimit: true } => $"The page was open for {LongestShow.TotalHours:0} hours and was closed; open it again if you need it.",
            _ when LacksGradio(end.Text) => $"LLaMA-Factory on {host.Login.HostName} lacks gradio, which its page is made with: install it in its environment there (pip install \"gradio<=5.50.0\").",
            _ => $"LLaMA-Factory's page ended with exit code {end.ExitCode}: {end.LastLine}",
        });
    }

    /// <summary>It looks for gradio, and fails over the missing name later.</summary>
    private static bool LacksGradio(string said) =>
        said.Contains("No module named 'gradio'", StringComparison.Ordinal) || said.Contains("name 'gr' is not defined", StringComparison.Ordinal);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
