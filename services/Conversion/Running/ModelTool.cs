using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using FineTunePipeline.Contracts;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.Messaging.Stages;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Conversion.Running;

/// <summary>
/// Runs <c>finetune-model</c> on a host under the host contract. A run that an earlier entry of this attempt left is adopted, an ended one is read again;
/// stopping to look (cancellation) leaves a run alone.
/// </summary>
internal sealed class ModelTool(EngineLocator engines, IOptions<ConversionOptions> options, TimeProvider time)
{
    private const int TailBytes = 64 * 1024;
    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan SlowestLook = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(30);

    /// <summary>Runs a verb to its end and reads the JSON object in the last line of its output.</summary>
    /// <param name="doing">What it does, for people: "merging the adapter".</param>
    /// <exception cref="StageException">It did not end with exit code 0, or its output cannot be read.</exception>
    public async Task<T> RunAsync<T>(IComputeHost host, string runFolder, string doing, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        await ToEndAsync(host, runFolder, doing, arguments, cancellationToken);
        var output = await TailAsync(host, runFolder, RunFolder.Output, cancellationToken);
        var last = output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "";
        try
        {
            return JsonSerializer.Deserialize<T>(last, EngineJson) ?? throw new JsonException("It is null.");
        }
        catch (JsonException exception)
        {
            throw StageException.Internal("engine_output", $"The last line that finetune-model wrote while {doing} cannot be read: {exception.Message}", last);
        }
    }

    /// <summary>Runs a verb to its end; its output is for the caller to read.</summary>
    public async Task ToEndAsync(IComputeHost host, string runFolder, string doing, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var engine = engines.Locate(Engine.Model);
        await host.StartAsync(
            runFolder, engine with { Arguments = [.. engine.Arguments, .. arguments], TimeLimit = options.Value.TimeLimit }, cancellationToken);
        var look = await WaitAsync(host, runFolder, doing, cancellationToken);
        if (look is { State: RunState.Exited, ExitCode: 0 })
        {
            return;
        }

        var error = await TailAsync(host, runFolder, RunFolder.Error, cancellationToken);
        throw EngineFailures.Explain(doing, look.State == RunState.Exited ? look.ExitCode : null, error);
    }

    /// <summary>Engines may learn to say more than we read.</summary>
    private static JsonSerializerOptions EngineJson { get; } = new(ContractJson.Options) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip };

    private async Task<RunLook> WaitAsync(IComputeHost host, string runFolder, string doing, CancellationToken cancellationToken)
    {
        var pause = FirstLook;
        var lastContact = time.GetTimestamp();
        while (true)
        {
            try
            {
                var look = await host.LookAsync(runFolder, cancellationToken);
                if (look.State != RunState.Running)
                {
                    return look;
                }

                lastContact = time.GetTimestamp();
            }
            catch (HostUnreachableException exception)
            {
                // Lost contact says nothing about the run: go on looking, for long.
                if (time.GetElapsedTime(lastContact) > LongestSilence)
                {
                    throw StageException.Transient(
                        "host_unreachable", $"No contact to the host for {LongestSilence.TotalMinutes:0} minutes while {doing}.", exception);
                }
            }

            await Task.Delay(pause, time, cancellationToken);
            pause = pause * 1.5 < SlowestLook ? pause * 1.5 : SlowestLook;
        }
    }

    private static async Task<string> TailAsync(IComputeHost host, string runFolder, string file, CancellationToken cancellationToken)
    {
        var length = (await host.ListAsync(runFolder, cancellationToken)).FirstOrDefault(entry => entry.Path == file)?.Bytes ?? 0;
        var bytes = await host.ReadAsync($"{runFolder}/{file}", Math.Max(0, length - TailBytes), TailBytes, cancellationToken);
        return Encoding.UTF8.GetString(bytes);
    }
}
