using FineTunePipeline.CpuTrainer.Arguments;
using FineTunePipeline.CpuTrainer.Results;
using FineTunePipeline.ModelFormats.Datasets;

namespace FineTunePipeline.CpuTrainer.Data;

/// <summary>Reads the data sets that the options name, by <c>dataset_info.json</c>.</summary>
internal sealed class DatasetFiles(DataOptions options, TrainerOutput output)
{
    private const int ShownProblems = 5;

    /// <summary>The samples of all sets, one set after the other.</summary>
    /// <exception cref="TrainerException">A set or file is missing, unreadable or empty.</exception>
    public IReadOnlyList<ChatSample> Read(IReadOnlyList<string> names)
    {
        if (names.Count == 0)
        {
            return [];
        }

        var info = Info();
        return [.. names.SelectMany(name => Read(info.TryGetValue(name, out var format)
            ? format
            : throw TrainerException.Value($"Undefined dataset {name} in dataset_info.json.", $"It defines: {string.Join(", ", info.Keys)}.")))];
    }

    private IReadOnlyDictionary<string, DatasetFormat> Info()
    {
        var path = Path.Combine(options.Folder, DatasetInfo.FileName);
        if (!File.Exists(path))
        {
            throw TrainerException.Value($"Cannot open {path} due to [Errno 2] No such file or directory: '{path}'.");
        }

        try
        {
            return DatasetInfo.Load(options.Folder).Datasets;
        }
        catch (InvalidDatasetException exception)
        {
            throw TrainerException.Value($"Cannot open {path} due to {exception.Message}.");
        }
    }

    private List<ChatSample> Read(DatasetFormat format)
    {
        if (format.FileName is null)
        {
            throw TrainerException.Value("A data set without file_name lies on a hub and is not downloaded here: save it as a file.");
        }

        if (format.Kind != DatasetKind.Chats)
        {
            throw TrainerException.Value("The dataset is not applicable in the current training stage.", $"{format.FileName} is described as data for another stage than sft.");
        }

        var path = Path.Combine(options.Folder, format.FileName);
        output.Info("data", $"Loading dataset {format.FileName}...");
        if (!File.Exists(path))
        {
            throw TrainerException.Value($"File {path} not found.");
        }

        var (samples, problems) = (new List<ChatSample>(), new List<DatasetProblem>());
        try
        {
            foreach (var record in DatasetReader.Read(path, format))
            {
                if (samples.Count == options.MaxSamples)
                {
                    break;
                }

                Sort(record, path, format, samples, problems);
            }
        }
        catch (InvalidDatasetException exception)
        {
            throw Unreadable(exception.Message);
        }

        Warn(path, problems);
        return samples.Count > 0 ? samples : throw Empty(path, problems);
    }

    private static void Sort(DatasetRecord record, string path, DatasetFormat format, List<ChatSample> samples, List<DatasetProblem> problems)
    {
        switch (record)
        {
            case ChatSample sample:
                samples.Add(sample);
                break;
            case DatasetProblem { EndsReading: true } problem when samples.Count == 0 && problems.Count == 0 && IsEmpty(problem):
                throw Empty(path, []);
            case DatasetProblem { EndsReading: true } problem:
                throw Unreadable($"{path}, line {problem.Line}: {problem.Message}");
            case DatasetProblem problem when samples.Count == 0 && MissingColumn(problem, format) is { } column:
                throw new TrainerException("KeyError", $"'{column}'", $"{path}, line {problem.Line}: {problem.Message}");
            case DatasetProblem problem:
                problems.Add(problem);
                break;
        }
    }

    private static bool IsEmpty(DatasetProblem problem) =>
        problem.Message.StartsWith("the file is empty", StringComparison.Ordinal) || problem.Message.StartsWith("the array has no elements", StringComparison.Ordinal);

    /// <summary>The required column that the first record lacks: then the whole file has another layout.</summary>
    private static string? MissingColumn(DatasetProblem problem, DatasetFormat format)
    {
        string?[] required = format.Formatting == DatasetFormatting.Alpaca ? [format.Prompt, format.Response] : [format.Messages];
        return required.FirstOrDefault(column => column is not null && problem.Message.StartsWith($"the column '{column}' is missing", StringComparison.Ordinal));
    }

    private void Warn(string path, List<DatasetProblem> problems)
    {
        if (problems.Count > 0)
        {
            var shown = problems.Take(ShownProblems).Select(problem => $"line {problem.Line}: {problem.Message}");
            output.Warn("data", $"{path}: {problems.Count} unusable records: {string.Join("; ", shown)}{(problems.Count > ShownProblems ? "; …" : "")}");
        }
    }

    private static TrainerException Empty(string path, List<DatasetProblem> problems) => problems.Count == 0
        ? TrainerException.Value("Instruction \"train\" corresponds to no data!", $"{path} holds no sample.")
        : new TrainerException(
            "RuntimeError", $"Cannot find valid samples: none of the {problems.Count} records of {path} can be used.", $"line {problems[0].Line}: {problems[0].Message}");

    private static TrainerException Unreadable(string why) =>
        new("datasets.exceptions.DatasetGenerationError", "An error occurred while generating the dataset", why);
}
