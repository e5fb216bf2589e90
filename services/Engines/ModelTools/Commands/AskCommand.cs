using FineTunePipeline.ModelTools.Llama;
using FineTunePipeline.ModelTools.Questions;
using FineTunePipeline.ModelTools.Running;

namespace FineTunePipeline.ModelTools.Commands;

/// <summary><c>ask F QUESTIONS.jsonl</c>: many questions, greedily, several at once. The same file and questions give the same answers.</summary>
internal static class AskCommand
{
    private const int DefaultTokens = 256;
    private const int DefaultParallel = 16;

    public static readonly VerbUsage Usage = new(
        "Asks a GGUF file many questions (lines {\"id\", \"prompt\"}), each in a chat of its own, greedily.",
        ["F", "QUESTIONS"],
        CommonOptions.MaxTokens(DefaultTokens),
        new VerbOption("parallel", "N", $"questions at once; default {DefaultParallel}, fewer where memory for them would exceed 1 GiB"),
        CommonOptions.Template,
        CommonOptions.Raw,
        CommonOptions.Threads);

    public static async Task RunAsync(VerbArguments arguments, EngineOutput output, CancellationToken cancellationToken)
    {
        CommonOptions.UseThreads(arguments);
        var maxTokens = arguments.Integer("max-tokens", DefaultTokens, 1, 1_000_000);
        var parallel = arguments.Integer("parallel", DefaultParallel, 1, 64);
        var questions = await QuestionFile.ReadAsync(arguments[1], cancellationToken);
        using var model = await LlamaModel.LoadAsync(arguments[0], progress: null, cancellationToken);
        var chat = arguments.Has("raw") ? null : await GgufChat.LoadAsync(model, arguments.Text("template"), cancellationToken);

        var prompts = questions.Select(question => PromptTokens.Of(question.Prompt, model, chat)).ToList();
        var size = AskSize.For(model, questions, prompts, maxTokens, parallel);
        using var loop = new BatchLoop(model, new BatchLoopOptions { Sequences = size.Sequences, TokensEach = size.TokensEach });
        var answers = new List<Answer>();
        foreach (var prompt in prompts)
        {
            var answer = new Answer();
            answers.Add(answer);
            loop.Add(new GenerationRequest { Prompt = prompt, MaxTokens = maxTokens, StopTokens = chat?.StopIds ?? new HashSet<int>() }, answer);
        }

        var written = 0;
        while (loop.HasWork)
        {
            cancellationToken.ThrowIfCancellationRequested();
            loop.Step();
            for (; written < answers.Count && answers[written].IsOver; written++)
            {
                Write(questions[written], answers[written], model, output);
                output.Progress((written + 1) / (double)answers.Count);
            }
        }
    }

    private static void Write(Question question, Answer answer, LlamaModel model, EngineOutput output)
    {
        if (answer.Failure is { } failure)
        {
            throw ModelProbe.Explain(model.Path, failure);
        }

        output.Result(new { question.Id, Answer = answer.Text, FinishReason = answer.Reason!.Value.Name() });
    }
}
