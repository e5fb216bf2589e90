using System.ComponentModel;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Jobs;

namespace FineTunePipeline.JobFiles;

/// <summary>The JSON Schema of a job, made from the records, so that it cannot say something else than the program does.</summary>
public static class JobSchema
{
    public static string Json { get; } = Create().ToJsonString(new JsonSerializerOptions { WriteIndented = true });

    private static JsonObject Create()
    {
        var options = new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Describe };
        var schema = ContractJson.Options.GetJsonSchemaAsNode(typeof(JobSpec), options).AsObject();
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.Insert(1, "title", "FineTunePipeline job");
        return schema;
    }

    private static JsonNode Describe(JsonSchemaExporterContext context, JsonNode schema)
    {
        var description = context.PropertyInfo?.AttributeProvider?.GetCustomAttributes(typeof(DescriptionAttribute), inherit: false)
            .OfType<DescriptionAttribute>().FirstOrDefault();
        if (context.TypeInfo.Type == typeof(TimeSpan) && schema is JsonObject duration)
        {
            duration["pattern"] = Durations.Pattern;
        }

        if (description is not null && schema is JsonObject described)
        {
            described["description"] = description.Description;
        }

        return schema;
    }
}
