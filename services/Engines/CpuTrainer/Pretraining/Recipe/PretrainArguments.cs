using System.Globalization;

namespace FineTunePipeline.CpuTrainer.Pretraining.Recipe;

/// <summary>Reads what follows <c>finetune-trainer pretrain</c>.</summary>
internal static class PretrainArguments
{
    public const string Usage = """
        finetune-trainer pretrain OUT [--steps N] [--seed N]
            trains the demo's base model from nothing and writes its folder
        finetune-trainer pretrain --data DIR
            writes the data and the questions of examples/demo
        """;

    /// <summary>The folder of <c>--data</c>, when that is asked for.</summary>
    public static string? DataFolder(IReadOnlyList<string> arguments) => arguments is ["--data", var folder] ? folder : null;

    /// <exception cref="FormatException">an unknown option, a missing folder, or no number where one must be</exception>
    public static PretrainOptions Read(IReadOnlyList<string> arguments)
    {
        if (arguments is [] || arguments[0].StartsWith('-'))
        {
            throw new FormatException("Name the folder to write the model to.");
        }

        var options = new PretrainOptions { Output = arguments[0] };
        for (var i = 1; i < arguments.Count; i += 2)
        {
            var value = i + 1 < arguments.Count ? arguments[i + 1] : throw new FormatException($"{arguments[i]} needs a number behind it.");
            options = arguments[i] switch
            {
                "--steps" => options with { Steps = Number(arguments[i], value) },
                "--seed" => options with { Seed = Number(arguments[i], value) },
                _ => throw new FormatException($"{arguments[i]} is no option of pretrain."),
            };
        }

        return options;
    }

    private static int Number(string option, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new FormatException($"{option} takes a whole number above 0, not '{value}'.");
}
