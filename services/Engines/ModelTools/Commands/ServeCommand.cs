using FineTunePipeline.ModelTools.Files;
using FineTunePipeline.ModelTools.Running;
using FineTunePipeline.ModelTools.Serving;

namespace FineTunePipeline.ModelTools.Commands;

/// <summary><c>serve F --port P</c>: answers chats over OpenAI's HTTP API until SIGTERM.</summary>
internal static class ServeCommand
{
    public static readonly VerbUsage Usage = new(
        "Serves a GGUF file over OpenAI's chat API (/v1/chat/completions, /v1/models, /health) until SIGTERM.",
        ["F"],
        new VerbOption("port", "P", "port to listen on; 0 takes a free one (the ready line says which)"),
        new VerbOption("host", "H", "address to listen on; default 127.0.0.1, this computer alone. There is no password: think before you open it"),
        new VerbOption("alias", "NAME", "the model's name in requests and answers; default: the file's name"),
        new VerbOption("parallel", "N", "answers at once; default 4"),
        new VerbOption("queue", "N", "requests that may wait for their turn; more are told to come back later (429); default 64"),
        new VerbOption("ctx", "N", "longest chat with its answer, in tokens; default: what the model was trained with, at most 4096"),
        new VerbOption("temperature", "T", "for requests that name none; default 0.8, as llama-server"),
        new VerbOption("top-p", "P", "for requests that name none; default 0.95, as llama-server"),
        CommonOptions.Template,
        CommonOptions.Threads);

    public static async Task RunAsync(VerbArguments arguments, EngineOutput output, CancellationToken cancellationToken)
    {
        CommonOptions.UseThreads(arguments);
        var options = new ServeOptions
        {
            ModelPath = arguments[0],
            Host = arguments.Text("host") ?? "127.0.0.1",
            Port = arguments.Has("port")
                ? arguments.Integer("port", 0, 0, ushort.MaxValue)
                : throw EngineException.Usage("--port is missing: give the port to listen on, or 0 for a free one."),
            Alias = arguments.Text("alias") ?? Path.GetFileNameWithoutExtension(arguments[0]),
            Parallel = arguments.Integer("parallel", 4, 1, 64),
            Queue = arguments.Integer("queue", 64, 0, 100_000),
            ContextTokens = arguments.Has("ctx") ? arguments.Integer("ctx", 0, 16, 1 << 22) : null,
            Temperature = arguments.Number("temperature", 0.8, 0, 2),
            TopP = arguments.Number("top-p", 0.95, 0, 1),
            TemplateFile = arguments.Text("template"),
        };

        // Before the port: a wrong file name should not be told by a server that dies.
        GgufPreflight.Check(options.ModelPath);
        await ModelServer.RunAsync(options, output, cancellationToken);
    }
}
