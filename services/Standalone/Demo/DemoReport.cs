using System.Text.Json;
using System.Text.Json.Nodes;
using FineTunePipeline.Contracts;
using FineTunePipeline.Gateway.Apis;
using FineTunePipeline.Standalone.Demo.Rented;

namespace FineTunePipeline.Standalone.Demo;

/// <summary>The demo's result for programs (<c>--json</c>).</summary>
internal static class DemoReport
{
    public static async Task WriteAsync(
        string path, JobView job, DemoResults results, string? chat, RentedFacts? rented, TimeSpan elapsed, CancellationToken cancellationToken)
    {
        var evaluation = new JsonObject();
        foreach (var (set, score) in job.Result?.Evaluation?.Sets ?? new Dictionary<string, Contracts.Evaluate.SetScore>())
        {
            evaluation[set] = new JsonObject { ["questions"] = score.Questions, ["before"] = score.Before, ["after"] = score.After };
        }

        var artifacts = results.Files.Select(file => (JsonNode)new JsonObject
        {
            ["kind"] = file.Result.Kind,
            ["type"] = file.Result.Type,
            ["path"] = file.Path,
            ["sha256"] = file.Result.Artifact.Sha256,
            ["bytes"] = file.Result.Artifact.Bytes,
            ["taught"] = file.Result.Taught,
            ["general"] = file.Result.General,
        });
        var report = new JsonObject
        {
            ["status"] = JsonSerializer.SerializeToNode(job.State, ContractJson.Options),
            ["job"] = job.Id,
            ["seconds"] = Math.Round(elapsed.TotalSeconds, 1),
            ["evaluation"] = evaluation,
            ["verdict"] = job.Result?.Evaluation?.Verdict,
            ["failure"] = JsonSerializer.SerializeToNode(job.Failure, ContractJson.Options),
            ["chat"] = chat,
            ["artifacts"] = new JsonArray([.. artifacts]),
        };

        if (rented is not null)
        {
            report["rented"] = RentedReport.Json(rented);
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var temporary = path + ".part";
        await using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write))
        {
            await JsonSerializer.SerializeAsync(stream, report, new JsonSerializerOptions(ContractJson.Options) { WriteIndented = true }, cancellationToken);
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }
}
