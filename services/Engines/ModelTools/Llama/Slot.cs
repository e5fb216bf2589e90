namespace FineTunePipeline.ModelTools.Llama;

/// <summary>One of the sequences that the context keeps apart.</summary>
internal sealed class Slot(int id)
{
    public int Id { get; } = id;

    /// <summary>What it works on; null while it is free.</summary>
    public Generation? Work { get; set; }

    /// <summary>Tokens whose keys and values are in its memory.</summary>
    public List<int> Remembered { get; } = [];

    /// <summary>Tokens that the model must still see before it can say the next one.</summary>
    public int Pending => Work is null ? 0 : Work.Tokens.Count - Remembered.Count;

    /// <summary>How much of a prompt it has seen already. The last token is always seen anew: the next one comes out of it.</summary>
    public int Knows(int[] prompt)
    {
        var most = Math.Min(Remembered.Count, prompt.Length - 1);
        for (var index = 0; index < most; index++)
        {
            if (Remembered[index] != prompt[index])
            {
                return index;
            }
        }

        return most;
    }
}
