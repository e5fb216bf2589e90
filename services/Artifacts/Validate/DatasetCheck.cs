using FineTunePipeline.Artifacts.Datasets;
using FineTunePipeline.ModelFormats.Datasets;
using FineTunePipeline.ModelFormats.Folders;

namespace FineTunePipeline.Artifacts.Validate;

/// <summary>Reads every record of the data as the trainer will.</summary>
internal static class DatasetCheck
{
    private const int RememberedRecords = 50;
    private const int ShownRecords = 3;

    public static DatasetFacts Check(DatasetFolder folder, FaultList faults, CancellationToken cancellationToken)
    {
        var samplesByFile = new List<long>();
        long skipped = 0;
        var records = new List<string>();
        foreach (var file in folder.Files)
        {
            long samples = 0;
            var before = skipped;
            foreach (var record in Read(folder, file, faults))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (record is not DatasetProblem problem)
                {
                    samples++;
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

            samplesByFile.Add(samples);
            if (samples == 0 && skipped > before)
            {
                var shown = string.Join("; ", records.TakeLast((int)Math.Min(ShownRecords, skipped - before)));
                faults.Add("dataset_no_samples", $"dataset: {file.Origin} has no usable sample among {skipped - before} records: {shown}.");
            }
        }

        return new DatasetFacts { SamplesByFile = samplesByFile, Skipped = skipped, SkippedRecords = records };
    }

    private static IEnumerable<DatasetRecord> Read(DatasetFolder folder, DatasetFile file, FaultList faults)
    {
        try
        {
            var info = DatasetInfo.Load(folder.Path);
            return DatasetReader.Read(info.PathOf(file.Name), info.Find(file.Name));
        }
        catch (InvalidDatasetException exception)
        {
            faults.Add("dataset_info", $"dataset: {file.Origin}: {exception.Message[(exception.Path.Length + 2)..]}.");
            return [];
        }
    }
}
