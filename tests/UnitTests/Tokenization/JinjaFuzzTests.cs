using CsCheck;
using FineTunePipeline.Tokenization.ChatTemplates;
using Xunit;

namespace FineTunePipeline.UnitTests.Tokenization;

/// <summary>Whatever a template holds, it renders or fails in an error of its own; another exception would be a fault of the interpreter.</summary>
public sealed class JinjaFuzzTests
{
    private static readonly ChatTemplateLimits Limits = ChatTemplateLimits.Default with { MaxSteps = 20_000, MaxAllocation = 200_000 };

    private static readonly string[] Syntax =
    [
        "{{", "}}", "{%", "%}", "{#", "#}", "-", "+", "~", "*", "**", "/", "//", "%", "(", ")", "[", "]", "{", "}", ",", ":", ".", "|", "=", "==",
        "<", "'", "\"", "\\", "\n", " ", "if ", "endif", "else", "elif ", "for x in ", "endfor", "set x = ", "set x", "endset", "macro m(a, b=1)",
        "endmacro", "call m()", "endcall", "filter upper", "endfilter", "raw", "endraw", "break", "continue", " is ", " not ", " in ", " and ",
        " or ", "defined", "none", "true",
    ];

    private static readonly string[] Values =
    [
        "0", "1", "-1", "1e400", "2.5", "99999999999", "'a'", "'%s'", "'{}'", "messages", "loop", "loop.index", "loop.cycle(1, 2)", "namespace(a=1)",
        "range(3)", "range(-1, 5, 2)", "dict(a=1)", "x", "caller()", "varargs", "m(1)", "[1, 'b', none]", "{'k': 1}", "(1,)", "|tojson",
        "|tojson(indent=2)", "|length", "|first", "|last", "|join(',')", "|default('x', true)", "|int", "|float", "|round(2)", "|sort", "|unique",
        "|map('upper')", "|selectattr('role', 'equalto', 'user')", "|groupby('role')", "|dictsort", "|batch(2)", "|slice(2)", "|indent",
        "|truncate(3)", "|format(1)", "|replace('a', 'b')", "|sum", "|max", ".split()", ".split('a', 1)", ".strip('a')", ".items()", ".get('k')",
        ".format(1)", ".title()", ".zfill(5)", ".center(9)", ".join(['a'])", ".find('a', 1)", ".role", "[0]", "[1:]", "[::-1]", "[-5:5:2]", "🙂",
        "\ud83d", "\0",
    ];

    private static Gen<string> AnyOf(string[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    [Fact]
    public void Random_pieces_end_in_text_or_in_an_error_of_the_template() =>
        AnyOf([.. Syntax, .. Values]).List[1, 30].Sample(pieces => RendersOrFails(string.Concat(pieces)), iter: 5_000);

    [Fact]
    public void Random_expressions_end_in_text_or_in_an_error_of_the_template() =>
        AnyOf(Values).List[1, 12].Sample(pieces => RendersOrFails("{{ messages" + string.Concat(pieces) + " }}"), iter: 5_000);

    [Fact]
    public void Damaged_templates_end_in_text_or_in_an_error_of_the_template()
    {
        var sources = Directory.GetFiles(TokenizationFiles.Template("texts")).Select(File.ReadAllText).ToArray();
        var damage = Gen.Select(AnyOf(sources), Gen.Int[0, 5_000], Gen.Int[0, 20], AnyOf([.. Syntax, .. Values]));
        damage.Sample((source, at, removed, piece) =>
        {
            var start = at % source.Length;
            RendersOrFails(source[..start] + piece + source[Math.Min(source.Length, start + removed)..]);
        }, iter: 3_000);
    }

    private static void RendersOrFails(string source)
    {
        try
        {
            ChatTemplate.Parse(source, Limits, TimeProvider.System).Render(new ChatTemplateInput
            {
                Messages = [new("user", "Hi a"), new("assistant", "<think>x</think>y"), new("tool", "🙂")],
                BosToken = "<s>",
                EosToken = "</s>",
                AddGenerationPrompt = true,
            });
        }
        catch (ChatTemplateException error)
        {
            Assert.NotEmpty(error.Reason);
        }
    }
}
