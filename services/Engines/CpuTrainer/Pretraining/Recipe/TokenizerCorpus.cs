using FineTunePipeline.CpuTrainer.Pretraining.Corpus;
using FineTunePipeline.CpuTrainer.Pretraining.Corpus.Tables;

namespace FineTunePipeline.CpuTrainer.Pretraining.Recipe;

/// <summary>The texts that the tokenizer is trained on: the corpus with fewer invented words, which would fill the vocabulary with noise.</summary>
internal static class TokenizerCorpus
{
    private const ulong Seed = 5;

    /// <summary>Enough for each common word to become one token.</summary>
    private const int CommonWordCount = 8;

    public static IEnumerable<string> Texts(int samples)
    {
        var random = new SeededRandom(Seed);
        var generator = new SampleGenerator(random);
        for (var i = 0; i < samples; i++)
        {
            var sample = generator.Next();
            var invented = sample.Kind is SampleKind.NameCopy or SampleKind.Spelling or SampleKind.Reading;
            if (sample.Kind == SampleKind.Unknown || (invented && !random.OnceIn(4)))
            {
                continue;
            }

            yield return sample.Question;
            yield return sample.Answer;
        }

        foreach (var word in CommonWords.All)
        {
            for (var i = 0; i < CommonWordCount; i++)
            {
                yield return "a " + word;
            }
        }
    }
}
