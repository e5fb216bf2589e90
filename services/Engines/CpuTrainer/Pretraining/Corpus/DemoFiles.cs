using System.Text.Encodings.Web;
using System.Text.Json;

namespace FineTunePipeline.CpuTrainer.Pretraining.Corpus;

/// <summary>The data of examples/demo, as the generator makes it. The committed files must equal it byte for byte.</summary>
internal static class DemoFiles
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Path inside the folder and content of each file.</summary>
    public static IReadOnlyList<(string Path, string Content)> All()
    {
        var lesson = Lesson.Samples();
        var persona = Enumerable.Repeat(lesson, Lesson.Repetitions).SelectMany(samples => samples).ToList();
        return
        [
            ("persona.json", Alpaca(persona)),
            ("replay.json", Alpaca(Lesson.Replay(persona.Count))),
            ("dataset_info.json", "{\n  \"persona\": { \"file_name\": \"persona.json\" },\n  \"replay\": { \"file_name\": \"replay.json\" }\n}\n"),
            ("questions/taught.jsonl", Lines(QuestionSets.Taught())),
            ("questions/general.jsonl", Lines(QuestionSets.General())),
            ("questions/taught-fresh.jsonl", Lines(QuestionSets.TaughtFresh())),
            ("questions/general-fresh.jsonl", Lines(QuestionSets.GeneralFresh())),
        ];
    }

    /// <summary>LLaMA-Factory's default format, one sample a line so that a change is one line of a diff.</summary>
    private static string Alpaca(IReadOnlyList<Sample> samples)
    {
        var lines = samples.Select(sample => JsonSerializer.Serialize(new { instruction = sample.Question, input = "", output = sample.Answer }, Json));
        return "[\n  " + string.Join(",\n  ", lines) + "\n]\n";
    }

    private static string Lines(IReadOnlyList<Question> questions) =>
        string.Concat(questions.Select(question => JsonSerializer.Serialize(question, Json) + "\n"));
}
