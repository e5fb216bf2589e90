using FineTunePipeline.Tokenization.Tokenizers;

namespace FineTunePipeline.ModelTools.Llama;

/// <summary>An answer while it is generated.</summary>
internal sealed class Generation(GenerationRequest request, IGenerationListener listener, LlamaTokenizer tokenizer)
{
    private readonly Sampler _sampler = new(request.Sampling);
    private readonly StreamingDecoder _decoder = new(tokenizer, skipSpecialTokens: true);
    private readonly StopText _stopText = new(request.StopTexts);
    private int _generated;
    private int _answerLimit;

    public GenerationRequest Request { get; } = request;

    /// <summary>Prompt and answer; the loop feeds them to the model in this order.</summary>
    public List<int> Tokens { get; } = [.. request.Prompt];

    public bool IsOver { get; private set; }

    /// <summary>The memory of a sequence ends there.</summary>
    public void LimitTo(int contextTokens) => _answerLimit = Math.Min(Request.MaxTokens, contextTokens - Request.Prompt.Length);

    /// <summary>Takes the model's opinion on the next token.</summary>
    public void Continue(Span<float> logits)
    {
        int token;
        try
        {
            token = _sampler.Choose(logits);
        }
        catch (NotANumberException exception)
        {
            Fail(exception);
            return;
        }

        if (tokenizer.EndsGeneration(token) || Request.StopTokens.Contains(token))
        {
            Finish(FinishReason.Stop);
            return;
        }

        _generated++;
        Tokens.Add(token);
        Say(_stopText.Add(_decoder.Add(token)));
        if (_stopText.IsMet)
        {
            End(FinishReason.Stop);
        }
        else if (_generated >= _answerLimit)
        {
            Finish(FinishReason.Length);
        }
    }

    public void Fail(Exception failure)
    {
        IsOver = true;
        listener.OnFailed(failure);
    }

    private void Finish(FinishReason reason)
    {
        Say(_stopText.Add(_decoder.Flush()));
        if (!_stopText.IsMet)
        {
            Say(_stopText.Flush());
        }

        End(_stopText.IsMet ? FinishReason.Stop : reason);
    }

    private void End(FinishReason reason)
    {
        IsOver = true;
        listener.OnFinished(reason, _generated);
    }

    private void Say(string text)
    {
        if (text.Length > 0)
        {
            listener.OnText(text);
        }
    }
}
