namespace FineTunePipeline.ModelTools.Serving;

/// <summary>An answer that is an error, as OpenAI's API writes them.</summary>
/// <param name="param">The key of the request that is wrong; null if it is none.</param>
internal sealed class OpenAiException(int status, string type, string? code, string message, string? param = null) : Exception(message)
{
    public int Status { get; } = status;

    public string Type { get; } = type;

    public string? Code { get; } = code;

    public string? Param { get; } = param;

    public static OpenAiException Invalid(string code, string message, string? param = null) =>
        new(StatusCodes.Status400BadRequest, "invalid_request_error", code, message, param);

    public static OpenAiException NotFound(string code, string message, string? param = null) =>
        new(StatusCodes.Status404NotFound, "invalid_request_error", code, message, param);
}
