namespace FineTunePipeline.Contracts.Jobs;

/// <summary>What a model learns from. Names are LLaMA-Factory's <c>stage</c>.</summary>
public enum TrainingStage
{
    /// <summary>Answers to questions.</summary>
    Sft,

    /// <summary>Plain text.</summary>
    Pt,

    /// <summary>Pairs of a better and a worse answer.</summary>
    Dpo,

    /// <summary>Single answers, each marked as good or bad.</summary>
    Kto,
}
