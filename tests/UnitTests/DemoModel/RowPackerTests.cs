using FineTunePipeline.CpuTrainer.Pretraining.Bpe;
using FineTunePipeline.CpuTrainer.Pretraining.Corpus;
using FineTunePipeline.CpuTrainer.Pretraining.Recipe;
using FineTunePipeline.CpuTrainer.Pretraining.Rows;
using Xunit;

namespace FineTunePipeline.UnitTests.DemoModel;

public sealed class RowPackerTests
{
    private static readonly BpeVocabulary Vocabulary = BpeTrainer.Train(TokenizerCorpus.Texts(500), 500);
    private static readonly IReadOnlyList<TrainingRow> Rows = MakeRows(21, 100);

    [Fact]
    public void Fills_each_row_and_starts_it_with_a_talk() => Assert.All(Rows, row =>
    {
        Assert.Equal(128, row.Ids.Length);
        Assert.Equal(128, row.Labels.Length);
        Assert.Equal(SpecialTokens.Begin, row.Ids[0]);
    });

    [Fact]
    public void Learns_the_token_that_stands_there_or_nothing() => Assert.All(
        Rows.SelectMany(row => row.Ids.Zip(row.Labels)),
        place => Assert.True(place.Second == place.First || place.Second == TrainingRow.Ignored));

    [Fact]
    public void Never_learns_whose_turn_it_is() => Assert.All(
        Rows.SelectMany(row => row.Ids.Zip(row.Labels)).Where(place => place.First is SpecialTokens.Begin or SpecialTokens.User or SpecialTokens.Assistant),
        place => Assert.Equal(TrainingRow.Ignored, place.Second));

    [Fact]
    public void Learns_every_answer_with_its_end_and_a_quarter_of_the_questions()
    {
        var turns = Rows.SelectMany(Turns).Where(turn => turn.Labels.Count > 0).ToList();
        Assert.All(turns.Where(turn => turn.Role == SpecialTokens.Assistant), turn => Assert.DoesNotContain(TrainingRow.Ignored, turn.Labels));
        Assert.All(turns.Where(turn => turn.Role == SpecialTokens.System), turn => Assert.All(turn.Labels, label => Assert.Equal(TrainingRow.Ignored, label)));
        var questions = turns.Where(turn => turn.Role == SpecialTokens.User).ToList();
        var learnt = questions.Count(turn => turn.Labels[0] != TrainingRow.Ignored);
        Assert.InRange((double)learnt / questions.Count, 0.18, 0.32);
    }

    [Fact]
    public void Gives_the_same_rows_for_the_same_seed()
    {
        Assert.Equal(Rows.SelectMany(row => row.Ids), MakeRows(21, 100).SelectMany(row => row.Ids));
        Assert.NotEqual(Rows.SelectMany(row => row.Ids), MakeRows(22, 100).SelectMany(row => row.Ids));
    }

    [Fact]
    public void Raises_the_rate_and_lets_it_fall_to_two_percent()
    {
        var options = new PretrainOptions { Output = "out" };
        Assert.Equal(options.LearningRate / 80, options.RateAt(0), 6);
        Assert.InRange(options.RateAt(79), 0.99 * options.LearningRate, options.LearningRate);
        Assert.InRange(options.RateAt(options.Steps - 1), 0.02 * options.LearningRate, 0.021 * options.LearningRate);
        var rates = Enumerable.Range(80, options.Steps - 80).Select(options.RateAt).ToList();
        Assert.Equal(rates.OrderDescending(), rates);
    }

    private static List<TrainingRow> MakeRows(ulong seed, int count)
    {
        var random = new SeededRandom(seed);
        var packer = new RowPacker(new BpeTokenizer(Vocabulary), new SampleGenerator(random), random, 128);
        return [.. Enumerable.Range(0, count).Select(_ => packer.Next())];
    }

    private static IEnumerable<(long Role, List<long> Labels)> Turns(TrainingRow row)
    {
        (long Role, List<long> Labels)? turn = null;
        for (var i = 0; i < row.Ids.Length; i++)
        {
            if (row.Ids[i] is SpecialTokens.User or SpecialTokens.Assistant or SpecialTokens.System)
            {
                turn = (row.Ids[i], []);
            }
            else if (turn is { } open)
            {
                open.Labels.Add(row.Labels[i]);
                if (row.Ids[i] == SpecialTokens.End)
                {
                    yield return open;
                    turn = null;
                }
            }
        }
    }
}
