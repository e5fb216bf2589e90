using FineTunePipeline.Artifacts.Datasets;
using FineTunePipeline.ModelFormats.Datasets;
using FineTunePipeline.ModelFormats.Folders;

namespace FineTunePipeline.Artifacts.Validate;

/// <summary>Reads every record of the data as the trainer will.</summary>
internal static class DatasetCheck
{
    private const int RememberedRecords = 50;
    private const int ShownRecords = 3;

    /// <param name="kind">What the job's stage learns from.</param>
    public static DatasetFacts Check(DatasetFolder folder, DatasetKind kind, FaultList faults, CancellationToken cancellationToken)
    {
        long samples = 0;
        long skipped = 0;
        long good = 0;
        var byFile = new List<long>();
        var records = new List<string>();
        foreach (var file in folder.Files)
        {
            var before = (samples, skipped);
            foreach (var record in Read(folder, file, kind, faults))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (record is not DatasetProblem problem)
                {
                    samples++;
                    good += record is ChatSample { IsGood: true } ? 1 : 0;
                    continue;
                }

                if (problem.EndsReading)
                {
                    faults.Add("dataset_json", $"dataset: {file.Origin}: line {problem.Line}: {problem.Message}.");
                    continue;
                }

                skipped++;
                if (records.Count < RememberedRecords)
                {
                    records.Add($"{file.Origin}: line {problem.Line}: {problem.Message}");
                }
            }

            byFile.Add(samples - before.samples);
            var shown = string.Join("; ", records.TakeLast((int)Math.Min(ShownRecords, skipped - before.skipped)));
            if (samples == before.samples && skipped > before.skipped)
            {
                faults.Add("dataset_no_samples", $"dataset: {file.Origin} has no usable sample among {skipped - before.skipped} records: {shown}.");
            }
            else if (kind != DatasetKind.Chats && skipped > before.skipped)
            {
                // One wrong record of these kinds ends LLaMA-Factory, or is learnt as something else.
                faults.Add("dataset_records", $"dataset: {file.Origin} has {skipped - before.skipped} records that cannot be used; mend them or take them out: {shown}.");
            }
        }

        if (kind == DatasetKind.Marked && samples > 0)
        {
            faults.Require(
                good > 0 && good < samples,
                "dataset_one_sided",
                $"dataset: every answer is marked as {(good > 0 ? "good" : "bad")}; stage kto learns from the difference: add {(good > 0 ? "bad" : "good")} answers, or set another stage.");
        }

        return new DatasetFacts { SamplesByFile = byFile, Skipped = skipped, SkippedRecords = records };
    }

    private static IEnumerable<DatasetRecord> Read(DatasetFolder folder, DatasetFile file, DatasetKind kind, FaultList faults)
    {
        try
        {
            var info = DatasetInfo.Load(folder.Path);
            var format = info.Find(file.Name);
            if (format.Media is { } media)
            {
                faults.Add(
                    "dataset_media",
                    $"dataset: {file.Origin} has pictures, sounds or films (column '{media}'), and the model reads text alone: "
                    + $"take the column out of {DatasetInfo.FileName}, and records that need it out of the data.");
                return [];
            }

            if (format.Kind == kind)
            {
                return DatasetReader.Read(info.PathOf(file.Name), format);
            }

            faults.Add(
                "dataset_stage",
                $"dataset: {file.Origin} holds, by its {DatasetInfo.FileName}, {StageData.Name(format.Kind)}; "
                + $"the job needs {StageData.Name(kind)}: set stage, or change the entry.");
            return [];
        }
        catch (InvalidDatasetException exception)
        {
            faults.Add("dataset_info", $"dataset: {file.Origin}: {exception.Message[(exception.Path.Length + 2)..]}.");
            return [];
        }
    }
}
