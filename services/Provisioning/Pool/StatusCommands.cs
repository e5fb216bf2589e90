using System.Security.Cryptography;
using System.Text.Json;
using FineTunePipeline.Contracts.Secrets;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Local;
using FineTunePipeline.Provisioning.Data;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Provisioning.Pool;

/// <summary>
/// Asks the owner's status command of a host what its provider says of it: run by the shell of this computer, where the provider's own program is (ADR 15).
/// Nothing of what it is or prints is logged or shown, for it may hold a token.
/// </summary>
internal sealed class StatusCommands(IHostConnector connector, SecretKey secrets, IOptions<LocalHostOptions> local, IOptions<PoolOptions> options, TimeProvider time)
{
    /// <summary>What it may say at most; who says more does not answer the question.</summary>
    public const int MostCharacters = 4096;

    private const string Variable = "FINETUNE_STATUS_COMMAND";

    /// <summary>By the environment, which others cannot read: arguments show in every list of processes.</summary>
    private const string Script = $"""command=${Variable}; unset {Variable}; eval "$command" """;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>One answer. Never fails: who cannot be asked does not know.</summary>
    public async Task<HostStatus> AskAsync(HostRow row, CancellationToken cancellationToken)
    {
        if (row.StatusCommand is not { } text)
        {
            return HostStatus.None;
        }

        try
        {
            var command = new HostCommand
            {
                FileName = "sh",
                Arguments = ["-c", Script],
                Environment = new Dictionary<string, string?>
                {
                    [Variable] = await secrets.OpenAsync(JsonSerializer.Deserialize<SealedSecret>(text)!, cancellationToken),
                    ["FINETUNE_HOST_NAME"] = row.Name,
                    ["FINETUNE_HOST_ADDRESS"] = row.Address,
                },
                TimeLimit = Limit,
            };
            var folder = local.Value.WorkFolder;
            return Read(await connector.Connect(LocalMachine.Reference(folder, folder)).RunAsync(command, cancellationToken));
        }
        catch (TimeoutException)
        {
            return Unknown(FormattableString.Invariant($"gave no answer within {Limit.TotalSeconds:0} s"));
        }
        catch (CryptographicException)
        {
            return Unknown("was sealed for another key: give it once more");
        }
        catch (IOException exception)
        {
            return Unknown($"could not be run: {exception.Message}");
        }
    }

    /// <summary>
    /// Whether nothing runs on a host: its status command says so twice, a probe's time apart. Once is too little, for providers' lists are not always of one mind,
    /// and a start takes a host through the same words.
    /// </summary>
    /// <returns>The answer, if it is that it has ended; any other as it came.</returns>
    public async Task<HostStatus> AskTwiceAsync(HostRow row, CancellationToken cancellationToken)
    {
        var first = await AskAsync(row, cancellationToken);
        if (!first.IsEnded)
        {
            return first;
        }

        await Task.Delay(options.Value.ProbeEvery, time, cancellationToken);
        return await AskAsync(row, cancellationToken);
    }

    private static HostStatus Read(CommandResult result)
    {
        if (result.ExitCode != 0)
        {
            return Unknown(FormattableString.Invariant($"ended with exit code {result.ExitCode}"));
        }

        var word = result.StandardOutput.Length > MostCharacters ? "" : result.StandardOutput.Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries).FirstOrDefault() ?? "";
        return word.ToLowerInvariant() switch
        {
            "running" => new HostStatus(HostPower.Running),
            "stopped" => new HostStatus(HostPower.Stopped),
            "gone" => new HostStatus(HostPower.Gone),
            _ => Unknown("said neither running, stopped nor gone"),
        };
    }

    private static HostStatus Unknown(string trouble) => new(HostPower.Unknown, $"Its status command {trouble}.");
}
