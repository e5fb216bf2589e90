namespace FineTunePipeline.ModelFormats.Datasets;

/// <summary>Carries the message of a <see cref="DatasetProblem"/> from where it is found to <see cref="RecordParser"/>; never leaves the folder.</summary>
internal sealed class WrongRecordException(string message) : Exception(message);
