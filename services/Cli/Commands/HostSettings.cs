using System.ComponentModel;
using System.Text.Json.Nodes;
using Spectre.Console.Cli;

namespace FineTunePipeline.Cli.Commands;

/// <summary>What one may say of a host.</summary>
internal class HostSettings : GatewaySettings
{
    [CommandOption("--price <AMOUNT>")]
    [Description("What an hour of it costs. Default: 0, a computer of your own")]
    public decimal? Price { get; init; }

    [CommandOption("--currency <CODE>")]
    [Description("CNY or USD. Default: CNY")]
    public string? Currency { get; init; }

    [CommandOption("--gpu <NAME>")]
    [Description("The graphics card, for you to read")]
    public string? Gpu { get; init; }

    [CommandOption("--folder <FOLDER>")]
    [Description("Absolute folder there for what jobs keep. Default: finetune in /root/autodl-tmp, or in the home folder")]
    public string? Folder { get; init; }

    [CommandOption("--on-release <ACTION>")]
    [Description("What is done there when a job has given it back: keep (nothing; it costs on), shutdown, or a command in quotes. Default: keep")]
    public string? OnRelease { get; init; }

    [CommandOption("--status-command <COMMAND>")]
    [Description("A command in quotes that says running, stopped or gone: what your provider says of the host. It runs where the service runs, when the host is silent, with FINETUNE_HOST_NAME and FINETUNE_HOST_ADDRESS. Empty removes it")]
    public string? StatusCommand { get; init; }

    [CommandOption("--proxy <URL>")]
    [Description("A SOCKS5 proxy without a login through which the host is reached: socks5://HOST:PORT. It belongs to the ssh command, and is given with it")]
    public string? Proxy { get; init; }

    [CommandOption("--password-stdin")]
    [Description("Read the login's password from standard input: with it this installation's key is installed there")]
    public bool PasswordFromInput { get; init; }

    /// <param name="pasted">How one logs in; null: that is not changed.</param>
    public async Task<JsonObject> BodyAsync(string? pasted)
    {
        if (pasted is null && Proxy is not null)
        {
            throw new CliException(ExitCodes.BadInput, "A proxy belongs to the ssh command: give that as well, in quotes before --proxy.");
        }

        var address = pasted is null ? null : await SshConfig.ResolveAsync(pasted, Interrupt.Token);
        return Body(Proxy is null ? address : $"{address} --proxy {Proxy}");
    }

    private JsonObject Body(string? address) => new()
    {
        ["password"] = PasswordFromInput ? Console.In.ReadLine() ?? throw new CliException(ExitCodes.BadInput, "No password came on standard input.") : null,
        ["address"] = address,
        ["hourly_price"] = Price,
        ["currency"] = Currency,
        ["gpu"] = Gpu,
        ["work_folder"] = Folder,
        ["on_release"] = OnRelease,
        ["status_command"] = StatusCommand,
    };
}
