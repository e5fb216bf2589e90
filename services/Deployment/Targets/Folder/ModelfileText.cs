using System.Globalization;
using System.Text;
using FineTunePipeline.Messaging.Stages;

namespace FineTunePipeline.Deployment.Targets.Folder;

/// <summary>Writes an Ollama Modelfile, in the form that LLaMA-Factory's exports have.</summary>
internal static class ModelfileText
{
    private const string Quotes = "\"\"\"";

    public static string Write(string fileName, ModelDescription? description)
    {
        var text = new StringBuilder();
        text.Append("FROM ./").Append(fileName).Append('\n');
        if (description?.Template is { Length: > 0 } template)
        {
            // The format has no way to write its own quotes inside them.
            if (template.Contains(Quotes, StringComparison.Ordinal))
            {
                throw StageException.BadInput(
                    "modelfile_template", $"The model's chat template holds {Quotes}, which a Modelfile cannot carry; use deploy.target embedded.");
            }

            text.Append('\n').Append("TEMPLATE ").Append(Quotes).Append(template).Append(Quotes).Append('\n');
        }

        if (description is not null)
        {
            text.Append('\n');
            foreach (var stop in description.Stops)
            {
                var escaped = stop.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
                text.Append("PARAMETER stop \"").Append(escaped).Append("\"\n");
            }

            if (description.Context > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"PARAMETER num_ctx {description.Context}\n");
            }
        }

        return text.ToString();
    }
}
