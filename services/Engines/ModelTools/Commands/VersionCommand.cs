using System.Reflection;
using FineTunePipeline.ModelTools.Llama;
using FineTunePipeline.ModelTools.Running;

namespace FineTunePipeline.ModelTools.Commands;

/// <summary><c>version</c>: what this program is, and which llama.cpp it has.</summary>
internal static class VersionCommand
{
    public static readonly VerbUsage Usage = new("Tells the version of this program and of the llama.cpp in it.", []);

    public static Task RunAsync(VerbArguments arguments, EngineOutput output, CancellationToken cancellationToken)
    {
        var version = typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
        var (ggml, commit) = LlamaBuild.Read();
        output.Result(new { Name = "finetune-model", Version = version, LlamaBuild.LlamaSharp, LlamaCpp = commit, Ggml = ggml });
        return Task.CompletedTask;
    }
}
