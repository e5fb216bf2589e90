namespace FineTunePipeline.ModelFormats.Datasets;

/// <summary>One message.</summary>
/// <param name="Role">One of the constants below.</param>
/// <param name="Content">Never empty for the assistant's last turn.</param>
public sealed record ChatTurn(string Role, string Content)
{
    public const string SystemRole = "system";
    public const string UserRole = "user";
    public const string AssistantRole = "assistant";
}
