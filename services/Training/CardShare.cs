using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Contracts.Train;
using FineTunePipeline.Messaging.Stages;

namespace FineTunePipeline.Training;

/// <summary>
/// How a training that goes on is divided among the cards of another host. Each card takes micro-batches of its own, so that with more or fewer cards than before a
/// step would have other samples, and the rest of the training would be another one.
/// </summary>
/// <param name="Cards">That are used.</param>
/// <param name="Accumulation">Micro-batches of each of them in a step.</param>
internal sealed record CardShare(int Cards, int Accumulation)
{
    private const string VisibleCards = "CUDA_VISIBLE_DEVICES";

    /// <summary>With these a checkpoint itself is divided among the cards that wrote it.</summary>
    private static readonly string[] Dividing = ["deepspeed", "fsdp", "fsdp_config"];

    /// <param name="command">The attempt, on the host that it has now.</param>
    /// <param name="wrote">Cards on which the checkpoint was written; 1 also without a card.</param>
    /// <returns>null: the host has as many.</returns>
    /// <exception cref="StageException">It cannot go on with so few cards.</exception>
    public static CardShare? Between(StartTraining command, int wrote)
    {
        var has = Math.Max(1, command.Prepared.Trainer?.Cards ?? 1);
        var accumulation = command.Spec.Hyperparameters.GradientAccumulationSteps;
        if (has == wrote)
        {
            return null;
        }

        if (Dividing.FirstOrDefault(command.Spec.Llamafactory.ContainsKey) is not { } key)
        {
            var inAll = accumulation * wrote;
            var cards = Enumerable.Range(1, Math.Min(has, inAll)).Last(cards => inAll % cards == 0);
            return new CardShare(cards, inAll / cards);
        }

        // A job that rests keeps its checkpoints, and its host is given back.
        return has > wrote ? new CardShare(wrote, accumulation) : throw new StageException(new Failure(
            "too_few_cards",
            FormattableString.Invariant($"The last checkpoint is divided among {wrote} cards (llamafactory.{key}), and this host has {has}: add a host with {wrote} cards or more, then finetune resume {command.JobId}."),
            FailureKind.Budget)
        {
            NeedsPerson = true,
        });
    }

    /// <summary>The attempt as it is run.</summary>
    public StartTraining Of(StartTraining command)
    {
        var trainer = command.Prepared.Trainer;
        return command with
        {
            Spec = command.Spec with { Hyperparameters = command.Spec.Hyperparameters with { GradientAccumulationSteps = Accumulation } },
            Prepared = command.Prepared with { Trainer = trainer is not null && trainer.Cards > Cards ? trainer with { Cards = Cards, Environment = Seeing(trainer.Environment) } : trainer },
        };
    }

    /// <summary>The first cards of those that it would see.</summary>
    private Dictionary<string, string> Seeing(IReadOnlyDictionary<string, string> environment)
    {
        var named = environment.GetValueOrDefault(VisibleCards)?.Split(',', StringSplitOptions.RemoveEmptyEntries) ?? [];
        var seen = named.Length > 0 ? named.Take(Cards) : Enumerable.Range(0, Cards).Select(card => FormattableString.Invariant($"{card}"));
        return new Dictionary<string, string>(environment) { [VisibleCards] = string.Join(',', seen) };
    }
}
