using System.Text.Json.Serialization;

namespace FineTunePipeline.ModelTools.Serving;

/// <summary>OpenAI's error object; all four keys are always there.</summary>
internal sealed record ErrorBody(ErrorBody.Details Error)
{
    public static ErrorBody Of(OpenAiException exception) => new(new Details(exception.Message, exception.Type, exception.Param, exception.Code));

    internal sealed record Details(
        string Message,
        string Type,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Param,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Code);
}
