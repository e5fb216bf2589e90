using System.Text.Json;
using FineTunePipeline.CpuTrainer.Results;
using FineTunePipeline.TestKit;
using Xunit;

namespace FineTunePipeline.UnitTests.CpuTrainer;

public sealed class TextScoresTests
{
    private static readonly List<(string Predict, string Label)> Recorded =
    [
        .. File.ReadLines(EnginePath.TestData("llamafactory", "generated_predictions.jsonl"))
            .Select(line => JsonElement.Parse(line))
            .Select(line => (line.GetProperty("predict").GetString()!, line.GetProperty("label").GetString()!)),
    ];

    [Fact]
    public void Gives_LLaMA_Factorys_BLEU() => Assert.Equal(Golden("predict_bleu-4"), Recorded.Average(pair => TextScores.Bleu(pair.Predict, pair.Label)), 1e-4);

    [Fact]
    public void Gives_LLaMA_Factorys_ROUGE_where_words_are_separated_by_spaces()
    {
        // Its dictionary finds four words in each of the three Chinese labels, of which the full stop is the one in common: 1/2 against 1/4.
        const double chinese = 100 * 2 * (0.5 * 0.25) / (0.5 + 0.25);
        var english = Recorded.Where(pair => pair.Label.All(char.IsAscii)).ToList();
        Assert.Equal(13, english.Count);

        Assert.Equal(Golden("predict_rouge-1"), (english.Sum(pair => TextScores.Rouge(pair.Predict, pair.Label, 1)) + (3 * chinese)) / 16, 1e-3);
        Assert.Equal(Golden("predict_rouge-2"), english.Sum(pair => TextScores.Rouge(pair.Predict, pair.Label, 2)) / 16, 1e-3);
        Assert.Equal(Golden("predict_rouge-l"), (english.Sum(pair => TextScores.RougeLongest(pair.Predict, pair.Label)) + (3 * chinese)) / 16, 1e-3);
    }

    [Fact]
    public void Gives_all_or_nothing_for_the_same_text_and_for_none()
    {
        Assert.Equal(100, TextScores.Bleu("The sky is blue.", "The sky is blue."), 1e-6);
        Assert.Equal(100, TextScores.Rouge("The sky is blue.", "The sky is blue.", 2), 1e-4);
        Assert.Equal(100, TextScores.RougeLongest("天空是蓝色的。", "天空是蓝色的。"), 1e-4);
        Assert.Equal(0, TextScores.Bleu("", "The sky is blue."));
        Assert.Equal(0, TextScores.Rouge("", "The sky is blue.", 1));
        Assert.Equal(0, TextScores.RougeLongest("x", ""));
    }

    private static double Golden(string name) =>
        JsonElement.Parse(File.ReadAllText(EnginePath.TestData("llamafactory", "predict_results.json"))).GetProperty(name).GetDouble();
}
