using System.Diagnostics;
using FineTunePipeline.Tokenization.ChatTemplates;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace FineTunePipeline.UnitTests.Tokenization;

/// <summary>Templates are hostile programs: each of these must end soon, in an error of its own.</summary>
public sealed class JinjaLimitTests
{
    private static readonly ChatTemplateLimits SmallLimits = ChatTemplateLimits.Default with { MaxSteps = 200_000, MaxAllocation = 2_000_000 };

    [Theory]
    [InlineData("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "nested deeper")]
    [InlineData("{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}", "nested deeper")]
    [InlineData("{% macro m() %}{{ caller() }}{% endmacro %}{% macro r() %}{% call m() %}{{ r() }}{% endcall %}{% endmacro %}{{ r() }}", "nested deeper")]
    [InlineData("{% for x in range(1000000000) %}{% endfor %}", "Range too big")]
    [InlineData("{% for x in range(0, 9223372036854775807) %}{% endfor %}", "Range too big")]
    [InlineData("{{ range(100001) }}", "Range too big")]
    [InlineData("{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}", "created")]
    [InlineData("{% for a in range(9999) %}{% for b in [1,2,3,4,5,6,7,8,9] %}{% for c in 'aaaaaaaaaaaaaaaaaaaa' %}"
        + "{% for d in [1,2,3] %}{% if d %}{% endif %}{% endfor %}{% endfor %}{% endfor %}{% endfor %}", "steps")]
    [InlineData("{{ 'x' * 1000000000 }}", "created")]
    [InlineData("{{ ['x'] * 1000000000 }}", "created")]
    [InlineData("{{ 'x' * 9223372036854775807 }}", "")]
    [InlineData("{% set ns = namespace(s='xxxxxxxxxx') %}{% for i in range(100) %}{% set ns.s = ns.s + ns.s %}{% endfor %}", "created")]
    [InlineData("{% set ns = namespace(s='xxxxxxxxxx') %}{% for i in range(100) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}", "created")]
    [InlineData("{% set ns = namespace(s=[1, 2]) %}{% for i in range(100) %}{% set ns.s = ns.s + ns.s %}{% endfor %}", "created")]
    [InlineData("{% set ns = namespace(s=[1]) %}{% for i in range(100) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}{{ ns.s }}", "")]
    [InlineData("{% set ns = namespace(s=[1]) %}{% for i in range(40) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}{{ ns.s | tojson }}", "")]
    [InlineData("{% set ns = namespace(s=[1], t=[1]) %}{% for i in range(60) %}{% set ns.s = [ns.s, ns.s] %}"
        + "{% set ns.t = [ns.t, ns.t] %}{% endfor %}{{ ns.s == ns.t }}", "")]
    [InlineData("{% set ns = namespace(s=[1], t=[1]) %}{% for i in range(60) %}{% set ns.s = [ns.s, ns.s] %}"
        + "{% set ns.t = [ns.t, ns.t] %}{% endfor %}{{ ns.s < ns.t }}", "")]
    [InlineData("{% set ns = namespace(s=(1,)) %}{% for i in range(60) %}{% set ns.s = (ns.s, ns.s) %}{% endfor %}{{ {ns.s: 1} }}", "")]
    [InlineData("{% set ns = namespace(t=(1,)) %}{% for i in range(5000) %}{% set ns.t = (ns.t,) %}{% endfor %}{{ {ns.t: 1} }}", "nested too deeply")]
    [InlineData("{% set ns = namespace(t=(1,)) %}{% for i in range(5000) %}{% set ns.t = (ns.t,) %}{% endfor %}{{ ns.t == (ns.t,) }}", "nested too deeply")]
    [InlineData("{% set ns = namespace(t=[1]) %}{% for i in range(5000) %}{% set ns.t = [ns.t] %}{% endfor %}{{ ns.t }}", "nested too deeply")]
    [InlineData("{% set ns = namespace(t=[1]) %}{% for i in range(5000) %}{% set ns.t = [ns.t] %}{% endfor %}{{ ns.t | tojson }}", "nested too deeply")]
    [InlineData("{% set ns = namespace() %}{% set ns.me = ns %}{{ ns }}", "nested too deeply")]
    [InlineData("{% set ns = namespace() %}{% set ns.me = [ns, ns] %}{{ ns }}", "")]
    [InlineData("{% set s = '🙂' * 500000 %}{% for i in range(1000) %}{{ s[5] }}{% endfor %}", "created")]
    [InlineData("{% set s = 'a b ' * 300000 %}{% for i in range(1000) %}{% set t = s.split(none, 200000) %}{% endfor %}", "created")]
    [InlineData("{{ ('%999d' * 10000) % ((1,) * 10000) }}", "created")]
    [InlineData("{% set x %}{% for i in range(100000) %}{{ 'yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy' }}{% endfor %}{% endset %}", "created")]
    [InlineData("{{ 'aaaaaaaaaa' | replace('', 'b' * 10000000) }}", "created")]
    [InlineData("{{ ('a' * 1000000).replace('a', 'b' * 100) }}", "created")]
    [InlineData("{{ ('b' * 1000000).join('a' * 100) }}", "created")]
    [InlineData("{{ range(100) | join('b' * 1000000) }}", "created")]
    [InlineData("{{ ('a\n' * 100000) | indent(10000) }}", "created")]
    [InlineData("{{ 'a'.ljust(1000000000) }}", "width")]
    [InlineData("{{ 'a' | center(1000000000) }}", "width")]
    [InlineData("{{ '%1000000000d' % 1 }}", "width")]
    [InlineData("{{ 'a'.zfill(1000000000) }}", "width")]
    [InlineData("{{ 9223372036854775807 + 1 }}", "too large")]
    [InlineData("{{ 2 ** 100 }}", "too large")]
    [InlineData("{{ 99999999999999999999 }}", "too large")]
    [InlineData("{{ -9223372036854775807 - 1 - 1 }}", "too large")]
    [InlineData("{{ (-9223372036854775807 - 1) // -1 }}", "too large")]
    [InlineData("{{ (-9223372036854775807 - 1) | abs }}", "too large")]
    public void Ends_a_template_that_wants_too_much(string source, string reason)
    {
        var started = Stopwatch.GetTimestamp();
        var error = Assert.Throws<ChatTemplateException>(
            () => ChatTemplate.Parse(source, SmallLimits, TimeProvider.System).Render(new Dictionary<string, object?>()));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(8), "took too long");
    }

    [Fact]
    public void Ends_an_endless_loop_at_the_default_limits()
    {
        var template = ChatTemplate.Parse("{% for a in range(100000) %}{% for b in range(100) %}{{ a + b }}{% endfor %}{% endfor %}");
        var error = Assert.Throws<ChatTemplateException>(() => template.Render(new Dictionary<string, object?>()));
        Assert.Matches("steps|longer than", error.Message);
    }

    [Theory]
    [InlineData("(", ")")]
    [InlineData("[", "]")]
    [InlineData("{1:", "}")]
    [InlineData("not ", "")]
    [InlineData("-", "")]
    [InlineData("f(", ")")]
    [InlineData("x[", "]")]
    [InlineData("1 if x else ", "")]
    [InlineData("x|f(", ")")]
    [InlineData("x is f(", ")")]
    public void Refuses_expressions_nested_without_end(string open, string close)
    {
        var source = "{{ " + string.Concat(Enumerable.Repeat(open, 20_000)) + "1" + string.Concat(Enumerable.Repeat(close, 20_000)) + " }}";
        var error = Assert.Throws<ChatTemplateException>(() => ChatTemplate.Parse(source).Render(new Dictionary<string, object?>()));
        Assert.Contains("nested deeper", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.", "a")]
    [InlineData("1 + ", "1")]
    [InlineData("1 and ", "1")]
    [InlineData("'a' ~ ", "'b'")]
    [InlineData("1 < ", "2")]
    [InlineData("'a' ", "'a'")]
    public void Ends_long_flat_expressions_in_a_value_or_an_error(string part, string last)
    {
        var source = "{{ " + string.Concat(Enumerable.Repeat(part, 20_000)) + last + " }}";
        try
        {
            Assert.NotNull(ChatTemplate.Parse(source).Render(new Dictionary<string, object?>()));
        }
        catch (ChatTemplateException error)
        {
            Assert.NotEmpty(error.Message);
        }
    }

    [Theory]
    [InlineData("{% if 1 %}", "{% endif %}")]
    [InlineData("{% for x in y %}", "{% endfor %}")]
    [InlineData("{% macro m() %}", "{% endmacro %}")]
    [InlineData("{% filter trim %}", "{% endfilter %}")]
    [InlineData("{% set x %}", "{% endset %}")]
    public void Refuses_blocks_nested_without_end(string open, string close)
    {
        var source = string.Concat(Enumerable.Repeat(open, 5_000)) + string.Concat(Enumerable.Repeat(close, 5_000));
        var error = Assert.Throws<ChatTemplateException>(() => ChatTemplate.Parse(source));
        Assert.Contains("nested deeper", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_a_source_that_is_too_long() =>
        Assert.Throws<ChatTemplateException>(() => ChatTemplate.Parse(new string(' ', 600_000)));

    [Fact]
    public void Stops_at_the_time_limit()
    {
        // Each look at this clock costs half a second.
        var clock = new FakeTimeProvider { AutoAdvanceAmount = TimeSpan.FromMilliseconds(500) };
        var template = ChatTemplate.Parse("{% for x in range(100000) %}{% endfor %}", ChatTemplateLimits.Default, clock);
        var error = Assert.Throws<ChatTemplateException>(() => template.Render(new Dictionary<string, object?>()));
        Assert.Contains("longer than 5 s", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Stops_at_the_output_limit()
    {
        var limits = ChatTemplateLimits.Default with { MaxOutputLength = 1000 };
        var template = ChatTemplate.Parse("{% for x in range(100000) %}1234567890{% endfor %}", limits, TimeProvider.System);
        var error = Assert.Throws<ChatTemplateException>(() => template.Render(new Dictionary<string, object?>()));
        Assert.Contains("longer than 1000", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Renders_a_long_honest_conversation_within_the_limits()
    {
        var template = ChatTemplate.Parse(File.ReadAllText(TokenizationFiles.Template("texts/thinking.jinja")));
        var messages = Enumerable.Range(0, 2000).Select(i => new ChatMessage(i % 2 == 0 ? "user" : "assistant", new string('x', 500))).ToList();
        var text = template.Render(new ChatTemplateInput { Messages = messages, AddGenerationPrompt = true });
        Assert.True(text.Length > 1_000_000);
    }
}
