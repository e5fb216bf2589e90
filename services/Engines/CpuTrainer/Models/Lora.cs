using TorchSharp;
using static TorchSharp.torch;

namespace FineTunePipeline.CpuTrainer.Models;

/// <summary>The low-rank pairs attached to a model. It owns them; disposing it takes them off the model.</summary>
internal sealed class Lora : IDisposable
{
    /// <summary>What PEFT puts before the base model's names.</summary>
    public const string Prefix = "base_model.model.";

    private readonly IReadOnlyList<Projection> _projections;

    private Lora(LoraSettings settings, IReadOnlyList<string> targets, IReadOnlyList<Projection> projections)
    {
        Settings = settings;
        Targets = targets;
        _projections = projections;
        Parameters = [.. projections.SelectMany(p => new[] { (Prefix + p.Name + ".lora_A.weight", p.Lora!.A), (Prefix + p.Name + ".lora_B.weight", p.Lora!.B) })];
    }

    public LoraSettings Settings { get; }

    /// <summary>Names of the linear layers (q_proj, …) that have a pair.</summary>
    public IReadOnlyList<string> Targets { get; }

    /// <summary>The trainable tensors under the names that PEFT gives them in its file, layer by layer.</summary>
    public IReadOnlyList<(string Name, Tensor Tensor)> Parameters { get; }

    /// <summary>The names that <see cref="LoraSettings.Targets"/> may hold.</summary>
    public static IReadOnlyList<string> TargetNames { get; } = [.. ModelLayout.Projections.Select(ShortName)];

    /// <summary>Puts new pairs beside the targets: A uniform within 1/sqrt(inputs) (PEFT's Kaiming with a = sqrt 5), B zero, so that the model starts unchanged.</summary>
    public static Lora Attach(CausalLm model, LoraSettings settings, long seed)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var random = new torch.Generator((ulong)seed);
        return Attach(model, settings, (projection, rank) =>
        {
            var (outputs, inputs) = (projection.Weight.shape[0], projection.Weight.shape[1]);
            var bound = 1 / Math.Sqrt(inputs);
            var a = rand([rank, inputs], dtype: ScalarType.Float32, generator: random).mul_(2 * bound).sub_(bound);
            return (a, zeros([outputs, rank], dtype: ScalarType.Float32));
        });
    }

    /// <param name="pair">A and B of one layer; they become this adapter's</param>
    internal static Lora Attach(CausalLm model, LoraSettings settings, Func<Projection, int, (Tensor A, Tensor B)> pair)
    {
        if (model.Layers[0].Projections.Any(p => p.Lora is not null))
            throw new InvalidOperationException("The model has an adapter already.");
        if (settings.Rank < 1)
            throw new ModelException($"lora_rank must be at least 1, not {settings.Rank}.");
        if (settings.Dropout is < 0 or >= 1)
            throw new ModelException($"lora_dropout must be between 0 and 1, not {settings.Dropout}.");

        var targets = Resolve(settings.Targets);
        var projections = model.Layers.SelectMany(layer => layer.Projections).Where(p => targets.Contains(ShortName(p.Name))).ToList();
        foreach (var projection in projections)
        {
            var (a, b) = pair(projection, settings.Rank);
            a.requires_grad = true;
            b.requires_grad = true;
            projection.Lora = new LoraPair(a.DetachFromDisposeScope(), b.DetachFromDisposeScope(), settings.Scale, settings.Dropout);
        }
        return new Lora(settings, targets, projections);
    }

    public void Dispose()
    {
        foreach (var projection in _projections)
        {
            projection.Lora?.A.Dispose();
            projection.Lora?.B.Dispose();
            projection.Lora = null;
        }
    }

    private static List<string> Resolve(IReadOnlyList<string> wanted)
    {
        if (wanted.Count == 1 && wanted[0] == "all")
            return [.. TargetNames];
        var unknown = wanted.FirstOrDefault(name => !TargetNames.Contains(name));
        if (unknown is not null || wanted.Count == 0)
            throw new ModelException($"lora_target {unknown ?? "(empty)"} is no linear layer of this model; use all, or some of {string.Join(", ", TargetNames)}.");
        return [.. TargetNames.Where(wanted.Contains)];
    }

    private static string ShortName(string name) => name[(name.LastIndexOf('.') + 1)..];
}
