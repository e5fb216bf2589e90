using System.Threading.Channels;
using FineTunePipeline.ModelTools.Llama;

namespace FineTunePipeline.ModelTools.Serving;

/// <summary>Carries an answer from the inference thread to its request. It never makes that thread wait: what a slow client has not read yet is kept.</summary>
internal sealed class AnswerStream : IGenerationListener
{
    private readonly Channel<AnswerPart> _parts = Channel.CreateUnbounded<AnswerPart>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    /// <summary>Throws where the answer failed.</summary>
    public IAsyncEnumerable<AnswerPart> ReadAsync(CancellationToken cancellationToken) => _parts.Reader.ReadAllAsync(cancellationToken);

    public void OnText(string text) => _parts.Writer.TryWrite(new AnswerPart(text, null, 0));

    public void OnFinished(FinishReason reason, int tokens)
    {
        _parts.Writer.TryWrite(new AnswerPart("", reason, tokens));
        _parts.Writer.TryComplete();
    }

    public void OnFailed(Exception failure) => _parts.Writer.TryComplete(failure);
}
