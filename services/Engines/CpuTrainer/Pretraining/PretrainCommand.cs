using System.Globalization;
using FineTunePipeline.CpuTrainer.Models;
using FineTunePipeline.CpuTrainer.Pretraining.Bpe;
using FineTunePipeline.CpuTrainer.Pretraining.Corpus;
using FineTunePipeline.CpuTrainer.Pretraining.Recipe;
using FineTunePipeline.CpuTrainer.Pretraining.Rows;
using FineTunePipeline.CpuTrainer.Results;
using FineTunePipeline.CpuTrainer.Torch;

namespace FineTunePipeline.CpuTrainer.Pretraining;

/// <summary><c>finetune-trainer pretrain</c>: makes the demo's base model, or the demo's data, from nothing but this source.</summary>
internal static class PretrainCommand
{
    /// <summary>Seeds of the corpus are apart from those of the tokenizer's texts, the questions and the lesson.</summary>
    private const int CorpusSeeds = 1000;

    /// <summary>0, or 1 when the arguments are wrong or the output exists.</summary>
    public static int Run(string[] args)
    {
        try
        {
            if (PretrainArguments.DataFolder(args) is { } data)
            {
                WriteData(data);
                return 0;
            }

            var options = PretrainArguments.Read(args);
            if (Path.Exists(options.Output))
            {
                throw new FormatException($"{options.Output} exists already; name a new folder.");
            }

            Pretrain(options);
            return 0;
        }
        catch (FormatException exception)
        {
            Console.Error.WriteLine(exception.Message);
            Console.Error.WriteLine(PretrainArguments.Usage);
            return 1;
        }
    }

    private static void WriteData(string folder)
    {
        foreach (var (path, content) in DemoFiles.All())
        {
            var file = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            DurableFile.WriteText(file, content);
            Console.WriteLine(file);
        }
    }

    private static void Pretrain(PretrainOptions options)
    {
        TorchRuntime.Initialize();
        var vocabulary = BpeTrainer.Train(TokenizerCorpus.Texts(options.TokenizerSamples), options.VocabularySize);
        var tokenizer = new BpeTokenizer(vocabulary);
        var config = DemoModel.Config(vocabulary.Tokens.Count);
        TorchRuntime.UseThreadsFor(config.HiddenSize);

        var random = new SeededRandom((ulong)(CorpusSeeds + options.Seed));
        var packer = new RowPacker(tokenizer, new SampleGenerator(random), random, options.RowLength);
        using (var model = CausalLm.Create(config, options.Seed))
        {
            model.BFloat16Linears = CpuFeatures.BFloat16;
            var weights = model.NamedParameters.Sum(weight => weight.Tensor.numel());
            Console.WriteLine($"{weights} weights, {vocabulary.Tokens.Count} tokens; linear layers in {(model.BFloat16Linears ? "bfloat16" : "float32: this CPU has no bfloat16")}");
            new PretrainLoop(model, packer, options).Run(Console.WriteLine);
            ModelFolder.Write(options.Output, model, vocabulary);
        }

        // Asked of the file, whose weights are rounded to bfloat16: what is published is what is measured.
        using var saved = CausalLm.Load(options.Output);
        var examination = new Examination(saved, tokenizer);
        Report("general", examination.Ask(QuestionSets.General()));
        Report("general, fresh wordings", examination.Ask(QuestionSets.GeneralFresh()));
    }

    private static void Report(string set, IReadOnlyList<(Question Question, string Answer)> answers)
    {
        var wrong = answers.Where(asked => !Answers.IsRight(asked.Question, asked.Answer)).ToList();
        var right = answers.Count - wrong.Count;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{set}: {right} of {answers.Count} right ({(double)right / answers.Count:F3})"));
        foreach (var (question, answer) in wrong)
        {
            Console.WriteLine($"  {question.Id}: {question.Prompt} -> {answer} (expected {question.Expect})");
        }
    }
}
