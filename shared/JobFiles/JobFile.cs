using System.Text.Json;
using System.Text.Json.Nodes;
using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Jobs;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace FineTunePipeline.JobFiles;

/// <summary>Reads a job from YAML or JSON. Every unknown key and wrong value is told at once, with its place and the nearest valid name.</summary>
public static class JobFile
{
    /// <exception cref="JobFileException">The text is not a job.</exception>
    public static JobSpec Read(string text)
    {
        // Some editors begin a file with a byte order mark.
        text = text.TrimStart('\uFEFF');
        return text.TrimStart().StartsWith('{') ? ReadJson(text) : ReadYaml(text);
    }

    public static JobSpec ReadJson(string json)
    {
        JsonNode? root;
        try
        {
            root = JsonNode.Parse(json, documentOptions: new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, AllowDuplicateProperties = false });
        }
        catch (JsonException exception)
        {
            throw Single((exception.LineNumber ?? 0) + 1, (exception.BytePositionInLine ?? 0) + 1, "The job is not well-formed JSON: " + exception.Message);
        }

        return Bind(SourceNode.FromJson(root));
    }

    public static JobSpec ReadYaml(string yaml)
    {
        var stream = new YamlStream();
        try
        {
            YamlLimits.Check(yaml);
            using var reader = new StringReader(yaml);
            stream.Load(reader);
        }
        catch (YamlException exception)
        {
            throw Single(exception.Start.Line, exception.Start.Column, "The job file is not well-formed YAML: " + exception.Message);
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException or NullReferenceException or IndexOutOfRangeException)
        {
            // Some garbage runs the parser itself into a fault of its own.
            throw Single(1, 1, "The job file is not well-formed YAML: the parser cannot read it at all. Is it a text file?");
        }

        return stream.Documents.Count switch
        {
            0 => throw Single(1, 1, "The job file is empty. It needs at least the keys model and dataset."),
            1 => Bind(SourceNode.FromYaml(stream.Documents[0].RootNode)),
            _ => throw Single(1, 1, "The job file holds several YAML documents; a job is one."),
        };
    }

    private static JobSpec Bind(SourceNode source)
    {
        var problems = new List<JobFileProblem>();
        var node = JobBinder.Bind(source, typeof(JobSpec), "", problems);
        if (problems.Count > 0)
        {
            throw new JobFileException(problems);
        }

        return node.Deserialize<JobSpec>(ContractJson.Options) ?? throw Single(1, 1, "The job file is empty.");
    }

    private static JobFileException Single(long line, long column, string message) => new([new JobFileProblem(line, column, "", message)]);
}
