namespace FineTunePipeline.IntegrationTests.Standalone;

/// <summary>A live process, what it was started with, and its resident memory (shared pages counted).</summary>
internal sealed record HomeProcess(int Pid, IReadOnlyList<string> Arguments, long ResidentBytes)
{
    public bool Is(string program, string? verb = null) =>
        Path.GetFileNameWithoutExtension(Arguments[0]) == program && (verb is null || Arguments.Contains(verb));

    public override string ToString() => $"{Pid}: {string.Join(' ', Arguments)}";
}
