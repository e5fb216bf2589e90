using FineTunePipeline.ModelTools.Llama;
using FineTunePipeline.ModelTools.Running;
using FineTunePipeline.Tokenization.ChatTemplates;

namespace FineTunePipeline.ModelTools.Serving;

/// <summary>The model of this server: not there yet, then for as long as the server lives.</summary>
internal sealed class ServedModel(ServeOptions options) : IDisposable
{
    private const int LongestDefaultContext = 4096;
    private LlamaModel? _model;
    private InferenceThread? _inference;
    private volatile bool _isLoaded;

    public bool IsLoaded => _isLoaded;

    public int ContextTokens { get; private set; }

    public DateTimeOffset LoadedAt { get; private set; }

    /// <summary>Only once it is loaded.</summary>
    public ModelChat Chat { get; private set; } = null!;

    public InferenceThread Inference => _inference ?? throw new InvalidOperationException("The model is not loaded yet.");

    public async Task LoadAsync(EngineOutput output, CancellationToken cancellationToken)
    {
        _model = await LlamaModel.LoadAsync(options.ModelPath, output, cancellationToken);
        Chat = await GgufChat.LoadAsync(_model, options.TemplateFile, cancellationToken);
        var trained = _model.ContextLength > 0 ? _model.ContextLength : LongestDefaultContext;
        ContextTokens = options.ContextTokens ?? Math.Min(trained, LongestDefaultContext);
        if (ContextTokens > trained)
        {
            output.Note($"--ctx {ContextTokens} is more than the {trained} tokens that the model was trained with: answers far into a chat may be rubbish.");
        }

        await ModelProbe.ComputeAsync(_model, cancellationToken);
        _inference = new InferenceThread(_model, new BatchLoopOptions { Sequences = options.Parallel, TokensEach = ContextTokens }, options.Queue, output);
        LoadedAt = TimeProvider.System.GetUtcNow();
        _isLoaded = true;
    }

    public void Dispose()
    {
        _inference?.Dispose();
        _model?.Dispose();
    }
}
