using FineTunePipeline.Contracts.Prepare;

namespace FineTunePipeline.Hosts.Engines;

/// <summary>How the job's trainer is started on the host that was prepared for it. All trainers have the verbs of <c>llamafactory-cli</c>.</summary>
public sealed class TrainerLocator(EngineLocator engines)
{
    /// <summary>The program with the environment it needs; append the verb and its arguments to <see cref="HostCommand.Arguments"/>.</summary>
    /// <param name="program">The host's own trainer; null: ours.</param>
    /// <param name="engineFolder"><see cref="PreparedHost.EngineFolder"/> of the host.</param>
    /// <exception cref="EngineMissingException">Ours is not on this computer.</exception>
    public HostCommand Locate(TrainerProgram? program, string? engineFolder) => program is null
        ? engines.Locate(Engine.Trainer, engineFolder)
        : new HostCommand { FileName = program.FileName, Environment = program.Environment.ToDictionary(pair => pair.Key, pair => (string?)pair.Value) };

    /// <inheritdoc cref="Locate(TrainerProgram, string)"/>
    public HostCommand Locate(PreparedHost prepared) => Locate(prepared.Trainer, prepared.EngineFolder);
}
