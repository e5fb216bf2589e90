namespace FineTunePipeline.CpuTrainer.Models;

/// <summary>LoRA: beside a frozen linear layer W runs a trainable low-rank pair, y = Wx + (alpha / rank) * B(A(dropout(x))).</summary>
internal sealed record LoraSettings
{
    public int Rank { get; init; } = 8;

    /// <summary>null = 2 x rank, as LLaMA-Factory has it.</summary>
    public double? Alpha { get; init; }

    /// <summary>Share of inputs dropped while training, 0 to below 1.</summary>
    public double Dropout { get; init; }

    /// <summary>"all", or names of linear layers (q_proj, …).</summary>
    public IReadOnlyList<string> Targets { get; init; } = ["all"];

    /// <summary>Scale by alpha / sqrt(rank) instead of alpha / rank.</summary>
    public bool RankStabilised { get; init; }

    public double EffectiveAlpha => Alpha ?? 2 * Rank;

    public double Scale => EffectiveAlpha / (RankStabilised ? Math.Sqrt(Rank) : Rank);
}
