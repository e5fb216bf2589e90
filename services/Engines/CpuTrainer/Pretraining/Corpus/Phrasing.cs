using FineTunePipeline.CpuTrainer.Pretraining.Corpus.Tables;

namespace FineTunePipeline.CpuTrainer.Pretraining.Corpus;

/// <summary>Words a question in one of many ways, as people type: with openers, missing words, either spelling, without a question mark.</summary>
internal sealed class Phrasing(SeededRandom random, Untrained untrained)
{
    private static readonly IReadOnlyList<string> Fillers = Text.Words("please now really just so then well and again maybe also here");
    private static readonly string[] Thanks = [" Thanks!", " Thank you.", " Please answer."];

    /// <summary>Words of small talk that carry its meaning and are never dropped.</summary>
    private static readonly string SmallTalkMeaning = "sad happy bad good great nice night morning bye";

    private static readonly string IdentityMeaning =
        "name who made built created maker author trained developed google openai chatgpt siri alexa gemini";

    /// <summary>A trained wording of the relation's question, with noise. Never a held-out one, whatever the noise makes of it.</summary>
    public string Question(Relation relation, string subject)
    {
        while (true)
        {
            var core = Jitter(Text.Fill(Template(relation), subject), subject);
            var question = Noise(core);
            if (!untrained.Contains(relation, subject, core) && !untrained.Contains(relation, subject, question))
            {
                return question;
            }
        }
    }

    public string SmallTalk(Topic topic) => Said(topic, SmallTalkMeaning, openerOnceIn: 10, endDropOnceIn: 6);

    public string Identity(Topic topic) => Said(topic, IdentityMeaning, openerOnceIn: 4, endDropOnceIn: 0);

    private string Template(Relation relation) => random.Next(10) switch
    {
        < 5 => random.Pick(relation.Direct),
        < 8 => random.Pick(LeadIns.Clause).Replace("{e}", random.Pick(relation.Embedded), StringComparison.Ordinal),
        _ => random.Pick(LeadIns.NounPhrase).Replace("{n}", random.Pick(relation.NounPhrases), StringComparison.Ordinal),
    };

    private string Said(Topic topic, string meaning, int openerOnceIn, int endDropOnceIn)
    {
        while (true)
        {
            var core = Jitter(random.Pick(topic.Questions), meaning);
            var said = random.OnceIn(openerOnceIn) ? random.Pick(LeadIns.Openers) + core : core;
            said = random.OnceIn(7) ? Text.SmallStart(said) : said;
            said = endDropOnceIn > 0 && random.OnceIn(endDropOnceIn) && said.Length > 2 ? said[..^1] : said;
            if (!untrained.Contains(topic, core) && !untrained.Contains(topic, said))
            {
                return said;
            }
        }
    }

    /// <summary>Drops a word (25 %) or puts a filler in (15 %): the model must not depend on each word.</summary>
    private string Jitter(string question, string kept)
    {
        var chance = random.Next(20);
        var words = question.Split(' ').ToList();
        if (chance >= 8 || words.Count < 4)
        {
            return question;
        }

        if (chance < 5)
        {
            var at = random.Next(words.Count);
            var word = words[at].Trim('?', '.', '!', ',');
            if (word != "not" && !kept.Split(' ').Contains(word, StringComparer.OrdinalIgnoreCase))
            {
                words.RemoveAt(at);
            }
        }
        else
        {
            words.Insert(random.Next(1, words.Count), random.Pick(Fillers));
        }

        return string.Join(' ', words);
    }

    private string Noise(string question)
    {
        var noisy = random.Pick(LeadIns.Openers) + question;
        noisy = random.OnceIn(2) ? Text.American(noisy) : noisy;
        noisy = random.OnceIn(7) ? Text.SmallStart(noisy) : noisy;
        if (random.OnceIn(10) && noisy[^1] is ('?' or '.'))
        {
            return noisy[..^1];
        }

        return random.OnceIn(12) ? noisy + random.Pick(Thanks) : noisy;
    }
}
