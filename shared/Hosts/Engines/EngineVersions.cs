using System.Text.Json;

namespace FineTunePipeline.Hosts.Engines;

/// <summary>Asks engines on a host what they are, for the statements of stages.</summary>
public sealed class EngineVersions(EngineLocator engines)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>In one line: <c>finetune-model 0.1.0 (LLamaSharp 0.30.0, llama.cpp 815a2a591)</c>.</summary>
    /// <exception cref="EngineSilentException">It was ended before it told it.</exception>
    /// <exception cref="EngineMissingException">The program is not there, or does not tell its version.</exception>
    public Task<string> OfModelToolAsync(IComputeHost host, CancellationToken cancellationToken) => OfModelToolAsync(host, engineFolder: null, cancellationToken);

    /// <inheritdoc cref="OfModelToolAsync(IComputeHost, CancellationToken)"/>
    /// <param name="engineFolder">Where the host has it; null: this computer. See <see cref="EngineLocator.Locate"/>.</param>
    public async Task<string> OfModelToolAsync(IComputeHost host, string? engineFolder, CancellationToken cancellationToken)
    {
        var engine = engines.Locate(Engine.Model, engineFolder);
        var result = await host.RunAsync(engine with { Arguments = [.. engine.Arguments, "version"], TimeLimit = Limit }, cancellationToken).ConfigureAwait(false);
        EngineSilentException.ThrowIfSilent(result, $"{engine.FileName} version");
        var line = result.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault();
        return (result.ExitCode == 0 && line is not null ? Read(line) : null)
            ?? throw new EngineMissingException(
                $"'{engine.FileName} version' does not tell its version (exit code {result.ExitCode}): "
                + (engineFolder is null ? "build services/Engines/ModelTools again." : $"delete {engineFolder} on the host, and the next job installs it anew."));
    }

    private static string? Read(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            var answer = json.RootElement;
            var commit = answer.TryGetProperty("llama_cpp", out var told) ? told.GetString() : null;
            return $"{answer.GetProperty("name").GetString()} {answer.GetProperty("version").GetString()} "
                + $"(LLamaSharp {answer.GetProperty("llama_sharp").GetString()}, llama.cpp {commit ?? "of an unknown build"})";
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }
}
