using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.ModelFormats.Datasets;

namespace FineTunePipeline.Artifacts.Datasets;

/// <summary>Which data a training stage learns from.</summary>
internal static class StageData
{
    public static DatasetKind Of(TrainingStage stage) => stage switch
    {
        TrainingStage.Pt => DatasetKind.Texts,
        TrainingStage.Dpo => DatasetKind.Pairs,
        TrainingStage.Kto => DatasetKind.Marked,
        _ => DatasetKind.Chats,
    };

    /// <summary>For people.</summary>
    public static string Name(DatasetKind kind) => kind switch
    {
        DatasetKind.Texts => "plain texts (a prompt column and no response), for stage pt",
        DatasetKind.Pairs => "pairs of answers (ranking: true), for stage dpo",
        DatasetKind.Marked => "marked answers (a kto_tag column), for stage kto",
        _ => "answers to questions, for stage sft",
    };
}
