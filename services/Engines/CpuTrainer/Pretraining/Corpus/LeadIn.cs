namespace FineTunePipeline.CpuTrainer.Pretraining.Corpus;

/// <summary>Puts clauses and noun phrases behind their lead-ins.</summary>
internal static class LeadIn
{
    public static IEnumerable<string> Combine(IReadOnlyList<string> leadIns, string placeholder, IReadOnlyList<string> parts) =>
        from leadIn in leadIns
        from part in parts
        select leadIn.Replace(placeholder, part, StringComparison.Ordinal);
}
