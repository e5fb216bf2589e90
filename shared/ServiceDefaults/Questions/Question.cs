namespace FineTunePipeline.ServiceDefaults.Questions;

/// <summary>One question with what its answer must hold.</summary>
/// <param name="Set">taught, general, taught_fresh or general_fresh.</param>
/// <param name="Id">Unique inside its set.</param>
/// <param name="Prompt">What the model is asked.</param>
/// <param name="Expect">What the answer must contain, or be.</param>
/// <param name="Match">How the two are compared.</param>
public sealed record Question(string Set, string Id, string Prompt, string Expect, QuestionMatch Match);
