using FineTunePipeline.CpuTrainer.Pretraining.Bpe;
using FineTunePipeline.CpuTrainer.Pretraining.Corpus;

namespace FineTunePipeline.CpuTrainer.Pretraining.Rows;

/// <summary>
/// Fills rows with talks of one to four turns, in the chat format. A row starts with a talk and cuts the last one; earlier talks of the row stay
/// visible, which a model of this size learns to ignore.
/// </summary>
internal sealed class RowPacker(BpeTokenizer tokenizer, SampleGenerator samples, SeededRandom random, int length)
{
    /// <summary>Part of the user turns that are learnt too: it teaches the pieces of words that only questions have.</summary>
    private const double LearntUserTurns = 0.25;

    /// <summary>Talks that begin with a system prompt, which changes nothing: programs like to send one.</summary>
    private const double TalksWithSystemPrompt = 0.08;

    private const int MostTurns = 4;

    private static readonly string[] SystemPrompts =
    [
        "You are a helpful assistant.", "You are a friendly assistant.", "Answer in short sentences.", "You answer easy questions.",
        "Be kind and helpful.", "You are a small language model.", "Please answer the questions of the user.", "Help the user.",
    ];

    private readonly List<long> _ids = [];
    private readonly List<long> _labels = [];

    public TrainingRow Next()
    {
        _ids.Clear();
        _labels.Clear();
        while (_ids.Count < length)
        {
            AddTalk();
        }

        return new TrainingRow([.. _ids.Take(length)], [.. _labels.Take(length)]);
    }

    private void AddTalk()
    {
        Add(SpecialTokens.Begin, learnt: false);
        if (random.NextDouble() < TalksWithSystemPrompt)
        {
            AddMessage(SpecialTokens.System, random.Pick(SystemPrompts), learnt: false);
        }

        var turns = 1;
        while (turns < MostTurns && random.OnceIn(3))
        {
            turns++;
        }

        for (var turn = 0; turn < turns; turn++)
        {
            var sample = samples.Next();
            AddMessage(SpecialTokens.User, sample.Question, learnt: random.NextDouble() < LearntUserTurns);
            AddMessage(SpecialTokens.Assistant, sample.Answer, learnt: true);
        }
    }

    private void AddMessage(int role, string content, bool learnt)
    {
        Add(role, learnt: false);
        foreach (var id in tokenizer.Encode(content))
        {
            Add(id, learnt);
        }

        Add(SpecialTokens.End, learnt);
    }

    private void Add(int id, bool learnt)
    {
        _ids.Add(id);
        _labels.Add(learnt ? id : TrainingRow.Ignored);
    }
}
