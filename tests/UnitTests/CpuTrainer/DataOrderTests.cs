using FineTunePipeline.CpuTrainer.Data;
using FineTunePipeline.CpuTrainer.Results;
using Xunit;

namespace FineTunePipeline.UnitTests.CpuTrainer;

public sealed class DataOrderTests
{
    private static readonly List<TokenizedSample> Samples =
        [.. Enumerable.Range(0, 37).Select(number => new TokenizedSample([.. Enumerable.Repeat(number, 2 + (number * 7 % 11))], [.. Enumerable.Repeat(true, 2 + (number * 7 % 11))]))];

    [Fact]
    public void Is_the_same_for_ever()
    {
        // Saved trainings go on by this order: it must not change with a version of .NET or of this program.
        Assert.Equal([2, 6, 4, 0, 3, 5, 7, 1], SeededShuffle.Permutation(8, seed: 42, stream: 0));
        Assert.Equal([3, 5, 7, 6, 2, 0, 1, 4], SeededShuffle.Permutation(8, seed: 42, stream: 1));
    }

    [Fact]
    public void Favours_no_place()
    {
        var firsts = new int[5];
        for (var stream = 0; stream < 5000; stream++)
        {
            firsts[SeededShuffle.Permutation(5, 1, stream)[0]]++;
        }

        Assert.All(firsts, count => Assert.InRange(count, 880, 1120));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Shows_every_sample_once_an_epoch_in_another_order_each_time(bool groupByLength)
    {
        var first = Epoch(0, groupByLength);
        var second = Epoch(1, groupByLength);

        Assert.Equal(Enumerable.Range(0, 37), first.Order());
        Assert.Equal(Enumerable.Range(0, 37), second.Order());
        Assert.NotEqual(first, second);
        Assert.Equal(first, Epoch(0, groupByLength));
    }

    [Fact]
    public void Needs_no_history_to_find_a_step_in_the_middle()
    {
        var walked = Order(batch: 4, accumulation: 2);
        for (var step = 0; step < 4; step++)
        {
            _ = walked.Of(2, step);
        }

        Assert.Equal(Numbers(walked.Of(2, 4)), Numbers(Order(batch: 4, accumulation: 2).Of(2, 4)));
    }

    [Fact]
    public void Gives_a_step_the_same_samples_when_a_smaller_micro_batch_is_accumulated_longer() =>
        Assert.Equal(Numbers(Order(batch: 4, accumulation: 2).Of(1, 3)), Numbers(Order(batch: 2, accumulation: 4).Of(1, 3)));

    [Fact]
    public void Puts_samples_of_like_length_into_one_micro_batch()
    {
        var batches = Order(batch: 4, accumulation: 2).Of(0, 0);

        Assert.Equal([4, 4], batches.Select(batch => batch.Count));
        Assert.True(batches[0].Max(sample => sample.Ids.Length) <= batches[1].Min(sample => sample.Ids.Length));
        Assert.Equal([5], Order(batch: 8, accumulation: 1).Of(0, 4).Select(batch => batch.Count));
    }

    [Fact]
    public void Keeps_the_order_of_the_file_when_told() =>
        Assert.Equal(Enumerable.Range(0, 8), Numbers(new StepSamples(Samples, 8, 1, 42, shuffle: false, groupByLength: false).Of(3, 0)).Order());

    [Theory]
    [InlineData(0.1, 4)]
    [InlineData(5.0, 5)]
    [InlineData(0.0, 0)]
    public void Keeps_a_part_or_a_number_for_evaluation(double valSize, int expected)
    {
        var (train, validation) = ValidationSplit.Of(Samples, valSize, seed: 42);

        Assert.Equal(expected, validation.Count);
        Assert.Equal(37, train.Concat(validation).Distinct().Count());
        Assert.Equal(validation, ValidationSplit.Of(Samples, valSize, seed: 42).Validation);
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(37.0)]
    [InlineData(0.999)]
    public void Refuses_to_keep_everything_for_evaluation(double valSize) =>
        Assert.Throws<TrainerException>(() => ValidationSplit.Of(Samples, valSize, seed: 42));

    [Fact]
    public void Notices_that_the_data_changed()
    {
        Assert.NotEqual(DataDigest.Of(Samples), DataDigest.Of([.. Samples.Skip(1)]));
        Assert.NotEqual(DataDigest.Of(Samples), DataDigest.Of([Samples[0] with { Trained = [.. Samples[0].Trained.Select(_ => false)] }, .. Samples.Skip(1)]));
        Assert.Equal(DataDigest.Of(Samples), DataDigest.Of([.. Samples]));
    }

    private static StepSamples Order(int batch, int accumulation, bool groupByLength = false) => new(Samples, batch, accumulation, 42, shuffle: true, groupByLength);

    private static List<int> Epoch(int epoch, bool groupByLength) =>
        [.. Enumerable.Range(0, 5).SelectMany(step => Numbers(Order(4, 2, groupByLength).Of(epoch, step)))];

    private static IEnumerable<int> Numbers(IReadOnlyList<IReadOnlyList<TokenizedSample>> batches) => batches.SelectMany(batch => batch).Select(sample => sample.Ids[0]);
}
