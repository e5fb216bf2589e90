using System.Globalization;
using System.Text;

namespace FineTunePipeline.CpuTrainer.Arguments;

/// <summary>The text of <c>train -h</c>: every key with its default.</summary>
internal static class TrainHelp
{
    public static string Text()
    {
        var text = new StringBuilder("Usage: finetune-trainer train X.yaml [key=value ...]\n\nKeys have LLaMA-Factory's names, meanings and defaults.\n");
        foreach (var (group, arguments) in ArgumentTable.Groups)
        {
            text.Append('\n').Append(group).Append('\n');
            foreach (var argument in arguments)
            {
                text.Append(CultureInfo.InvariantCulture, $"  {argument.Name,-28} {argument.Doc}{Choices(argument)} [{Default(argument)}]\n");
            }
        }

        return text.Append("\nOther keys of LLaMA-Factory are accepted where they change nothing here, and refused otherwise.\n").ToString();
    }

    private static string Choices(Argument argument) => argument.Choices is { Count: > 1 } choices ? $" One of {string.Join(", ", choices)}." : "";

    private static string Default(Argument argument) => argument.Default switch
    {
        null => "not set",
        bool flag => flag ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        var value => value.ToString()!,
    };
}
