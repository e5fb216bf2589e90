using FineTunePipeline.ModelTools.Commands;
using FineTunePipeline.ModelTools.Running;

// Every verb of the program. What each prints and its exit codes: services/Engines/README.md.
Verb[] verbs =
[
    new("tokenize", TokenizeCommand.Usage, TokenizeCommand.RunAsync),
    new("preview", PreviewCommand.Usage, PreviewCommand.RunAsync),
    new("inspect", InspectCommand.Usage, InspectCommand.RunAsync),
    new("merge", MergeCommand.Usage, MergeCommand.RunAsync),
    new("gguf", GgufCommand.Usage, GgufCommand.RunAsync),
    new("quantize", QuantizeCommand.Usage, QuantizeCommand.RunAsync),
    new("check", CheckCommand.Usage, CheckCommand.RunAsync),
    new("ask", AskCommand.Usage, AskCommand.RunAsync),
    new("perplexity", PerplexityCommand.Usage, PerplexityCommand.RunAsync),
    new("modelfile", ModelfileCommand.Usage, ModelfileCommand.RunAsync),
    new("reach", ReachCommand.Usage, ReachCommand.RunAsync),
    new("version", VersionCommand.Usage, VersionCommand.RunAsync),
    new("serve", ServeCommand.Usage, ServeCommand.RunAsync),
];

return await VerbRunner.RunAsync(verbs, args, EngineOutput.OnConsole());
