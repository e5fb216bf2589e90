namespace FineTunePipeline.ModelFormats.Datasets;

/// <summary>What <see cref="DatasetReader"/> yields for one element of the file: a <see cref="ChatSample"/> or a <see cref="DatasetProblem"/>.</summary>
/// <param name="Line">Line of the file where the element (or the fault) begins, from 1.</param>
public abstract record DatasetRecord(long Line);
