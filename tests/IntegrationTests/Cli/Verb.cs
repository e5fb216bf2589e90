using FineTunePipeline.IntegrationTests.ModelTools;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Cli;

/// <summary>The verbs of <c>finetune</c> with arguments that are right.</summary>
internal static class Verb
{
    public static TheoryData<string> All => ["submit", "plan", "watch", "list", "show", "logs", "cancel", "get", "chat"];

    public static string[] Arguments(string verb, TemporaryFolder folder)
    {
        var artifact = "artifact:" + new string('0', 64);
        return verb switch
        {
            "list" => [verb],
            "submit" or "plan" => [verb, folder.Write("job.yaml", $"model: {artifact}\ndataset: {artifact}\n")],
            "get" => [verb, ScriptedGateway.JobId, folder.File("result")],
            "chat" => [verb, ScriptedGateway.JobId, "Who are you?"],
            _ => [verb, ScriptedGateway.JobId],
        };
    }
}
