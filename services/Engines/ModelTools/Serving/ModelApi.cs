using FineTunePipeline.ModelTools.Running;

namespace FineTunePipeline.ModelTools.Serving;

/// <summary>Every route of the server.</summary>
internal static class ModelApi
{
    public static void MapModelApi(this WebApplication app)
    {
        app.MapGet("/health", Health);
        app.MapGet("/v1/models", (ServedModel model, ServeOptions options) => Json(new { Object = "list", Data = new[] { Card(model, options) } }));
        app.MapGet("/v1/models/{**name}", (string name, ServedModel model, ServeOptions options) =>
        {
            RequireModel(Uri.UnescapeDataString(name), options);
            return Json(Card(model, options));
        });
        app.MapPost("/v1/chat/completions", ChatCompletions.AnswerAsync);
    }

    /// <exception cref="OpenAiException">Another model is asked for than the one that is here.</exception>
    public static void RequireModel(string? name, ServeOptions options)
    {
        if (!string.IsNullOrEmpty(name) && name != options.Alias)
        {
            throw OpenAiException.NotFound("model_not_found", $"There is no model '{name}' here; this server has '{options.Alias}'.", "model");
        }
    }

    private static IResult Health(ServedModel model, ServeOptions options) => model.IsLoaded
        ? Json(new { Status = "ok", Model = options.Alias, model.Inference.Open, options.Parallel })
        : Json(new { Status = "loading" }, StatusCodes.Status503ServiceUnavailable);

    private static object Card(ServedModel model, ServeOptions options) =>
        new { Id = options.Alias, Object = "model", Created = model.LoadedAt.ToUnixTimeSeconds(), OwnedBy = "finetune-model" };

    private static IResult Json(object value, int status = StatusCodes.Status200OK) => Results.Json(value, EngineJson.Options, statusCode: status);
}
