namespace FineTunePipeline.ServiceDefaults.Questions;

/// <summary>How an answer is compared with what is expected; both are normalised first.</summary>
public enum QuestionMatch
{
    /// <summary>The answer contains the expected words, as whole words.</summary>
    Contains,

    /// <summary>The answer is the expected text and nothing else.</summary>
    Exact,
}
