namespace FineTunePipeline.IntegrationTests.Standalone;

/// <summary>A live process and what it was started with.</summary>
internal sealed record HomeProcess(int Pid, IReadOnlyList<string> Arguments)
{
    public bool Is(string program, string? verb = null) =>
        Path.GetFileNameWithoutExtension(Arguments[0]) == program && (verb is null || Arguments.Contains(verb));

    public override string ToString() => $"{Pid}: {string.Join(' ', Arguments)}";
}
