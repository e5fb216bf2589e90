using System.Text.Json;
using FineTunePipeline.Tokenization.ChatTemplates;
using Xunit;

namespace FineTunePipeline.UnitTests.Tokenization;

/// <summary>Against what the real Jinja2 wrote, set up by transformers: tests/TestKit/Data/templates/README.md.</summary>
public sealed class JinjaGoldenTests
{
    private static readonly JsonElement Snippets = ReadJson("snippets.json");
    private static readonly JsonElement Texts = ReadJson("texts.json");
    private static readonly JsonElement Contexts = ReadJson("contexts.json");

    [Fact]
    public void Renders_each_feature_and_random_expression_as_Jinja2_does()
    {
        var context = Snippets.GetProperty("context");
        var different = new List<string>();
        foreach (var recorded in Snippets.GetProperty("cases").EnumerateArray())
        {
            if (recorded.TryGetProperty("expected", out var expected))
                Compare(recorded.GetProperty("template").GetString()!, context, expected.GetString()!, different);
        }

        Assert.True(different.Count == 0, string.Join("\n", different.Take(30)) + $"\n{different.Count} differ");
    }

    [Fact]
    public void Fails_where_Jinja2_fails()
    {
        var context = Snippets.GetProperty("context");
        var rendered = new List<string>();
        foreach (var recorded in Snippets.GetProperty("cases").EnumerateArray().Where(recorded => recorded.TryGetProperty("error", out _)))
        {
            var template = recorded.GetProperty("template").GetString()!;
            if (TryRender(template, context, out var text, out _))
                rendered.Add($"{template}\n   gave {text}\n   Jinja2: {recorded.GetProperty("error")}");
        }

        Assert.True(rendered.Count == 0, string.Join("\n", rendered.Take(30)) + $"\n{rendered.Count} did not fail");
    }

    [Fact]
    public void Renders_whole_chat_templates_as_transformers_does()
    {
        var different = new List<string>();
        var count = 0;
        foreach (var recorded in Texts.GetProperty("cases").EnumerateArray())
        {
            count++;
            var name = recorded.GetProperty("template").GetString()!;
            var contextName = recorded.GetProperty("context").GetString()!;
            var source = File.ReadAllText(TokenizationFiles.Template(Path.Combine("texts", name)));
            var context = Contexts.GetProperty(contextName);
            var failed = !TryRender(source, context, out var text, out var error);
            if (recorded.TryGetProperty("expected", out var expected))
            {
                if (failed || text != expected.GetString())
                    different.Add($"{name} / {contextName}\n   expected {expected}\n   found    {text}{error?.Message}");
            }
            else if (!failed)
            {
                different.Add($"{name} / {contextName} must fail: {recorded.GetProperty("error")}");
            }
        }

        Assert.True(different.Count == 0, string.Join("\n", different));
        Assert.True(count >= 80);
    }

    [Fact]
    public void Gives_the_words_of_raise_exception_unchanged()
    {
        var source = File.ReadAllText(TokenizationFiles.Template(Path.Combine("texts", "alternating.jinja")));
        Assert.False(TryRender(source, Contexts.GetProperty("roles out of order"), out _, out var error));
        Assert.Equal("After the optional system message, conversation roles must alternate user/assistant/user/assistant/...", error!.Reason);
        Assert.Equal(13, error.Line);
    }

    private static void Compare(string template, JsonElement context, string expected, List<string> different)
    {
        if (!TryRender(template, context, out var text, out var error) || text != expected)
            different.Add($"{template}\n   expected {expected}\n   found    {text}{error?.Message}");
    }

    private static bool TryRender(string source, JsonElement context, out string text, out ChatTemplateException? error)
    {
        (text, error) = ("", null);
        var variables = new Dictionary<string, object?>(StringComparer.Ordinal) { ["tools"] = null, ["documents"] = null };
        foreach (var property in context.EnumerateObject())
            variables[property.Name] = property.Value;
        try
        {
            text = ChatTemplate.Parse(source).Render(variables);
            return true;
        }
        catch (ChatTemplateException failure)
        {
            error = failure;
            return false;
        }
    }

    private static JsonElement ReadJson(string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(TokenizationFiles.Template(name)));
        return document.RootElement.Clone();
    }
}
