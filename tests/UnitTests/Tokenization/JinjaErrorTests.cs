using FineTunePipeline.Tokenization.ChatTemplates;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace FineTunePipeline.UnitTests.Tokenization;

public sealed class JinjaErrorTests
{
    [Theory]
    [InlineData("a\n{{ 1 + }}", 2)]
    [InlineData("\n\n{% if x %}\n\n", 4)]
    [InlineData("{% for x in y %}\n{% endif %}", 2)]
    [InlineData("{#\n\n#}\n{{ 'a\n\nb' }}\n{% nosuch %}", 7)]
    [InlineData("{%- if a -%}\n\n  x\n\n{%- endif -%}\n\n{{ ! }}", 7)]
    [InlineData("{% raw %}\n{{\n{% endraw %}\n{{ ] }}", 4)]
    [InlineData("x\r\ny\r\n{{ ) }}", 3)]
    [InlineData("\n{{ 'open }}", 2)]
    [InlineData("\n{# open", 2)]
    [InlineData("\n{{ a", 2)]
    [InlineData("\n\n{% endfor %}", 3)]
    public void Names_the_line_of_wrong_syntax(string source, int line)
    {
        var error = Assert.Throws<ChatTemplateException>(() => ChatTemplate.Parse(source));
        Assert.Equal(line, error.Line);
        Assert.StartsWith($"Chat template, line {line}: ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\n{{ missing.x }}", 2, "'missing' is undefined")]
    [InlineData("{% if true %}\n{{ 1\n + 'a' }}\n{% endif %}", 3, "unsupported operand type(s) for +: 'int' and 'str'")]
    [InlineData("{% macro m() %}\n\n{{ raise_exception('no') }}{% endmacro %}\n{{ m() }}", 3, "no")]
    [InlineData("a\nb\n{{ x | nofilter }}", 3, "No filter named 'nofilter'")]
    [InlineData("{% for x in [1] %}\n{% set y = x.z.q %}\n{% endfor %}", 2, "'int object' has no attribute 'z'")]
    [InlineData("{% include 'x' %}", 1, "'include' is not supported in chat templates")]
    [InlineData("{% break %}", 1, "'break' outside of a loop")]
    [InlineData("{{ [].append(1) }}", 1, "access to attribute 'append' of 'list' object is unsafe.")]
    [InlineData("{{ 'a'.__class__.__mro__ }}", 1, "'str object' has no attribute '__class__'")]
    public void Names_the_line_and_the_reason_of_a_failure(string source, int line, string reason)
    {
        var error = Assert.Throws<ChatTemplateException>(() => ChatTemplate.Parse(source).Render(new Dictionary<string, object?>()));
        Assert.Equal((line, reason), (error.Line, error.Reason));
    }

    [Fact]
    public void Gives_the_date_of_the_clock_it_was_given()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 3, 5, 14, 7, 9, TimeSpan.Zero));
        clock.SetLocalTimeZone(TimeZoneInfo.Utc);
        var template = ChatTemplate.Parse("{{ strftime_now('%d %b %Y %H:%M:%S %A %B %y %j %I%p %-d %e|%F %a%%') }}", ChatTemplateLimits.Default, clock);
        Assert.Equal("05 Mar 2026 14:07:09 Thursday March 26 064 02PM 5  5|2026-03-05 Thu%", template.Render(new Dictionary<string, object?>()));
    }

    [Fact]
    public void Gives_templates_tools_and_fields_of_any_CLR_shape()
    {
        var template = ChatTemplate.Parse("{{ tools | tojson }}{{ messages[0].tool_calls[0].n }}{{ enable_thinking }}{{ documents is none }}");
        var text = template.Render(new ChatTemplateInput
        {
            Messages =
            [
                new ChatMessage("user", "x")
                {
                    Fields = new Dictionary<string, object?> { ["tool_calls"] = new[] { new Dictionary<string, object?> { ["n"] = 1 } } },
                },
            ],
            Variables = new Dictionary<string, object?>
            {
                ["tools"] = System.Text.Json.Nodes.JsonNode.Parse("""[{"a": [1, 2.0, "é"]}]"""),
                ["enable_thinking"] = false,
            },
        });
        Assert.Equal("""[{"a": [1, 2.0, "é"]}]1FalseTrue""", text);
    }

    [Fact]
    public void Renders_the_same_template_from_several_threads()
    {
        var template = ChatTemplate.Parse(File.ReadAllText(TokenizationFiles.Template("texts/thinking.jinja")));
        var expected = Render(3);
        Parallel.For(0, 200, _ => Assert.Equal(expected, Render(3)));

        string Render(int turns) => template.Render(new ChatTemplateInput
        {
            Messages = [.. Enumerable.Range(0, turns).Select(i => new ChatMessage(i % 2 == 0 ? "user" : "assistant", $"m{i}"))],
            AddGenerationPrompt = true,
        });
    }
}
