using FineTunePipeline.ModelTools.Commands;
using FineTunePipeline.ModelTools.Running;

// Every verb of the program. What each prints and its exit codes: services/Engines/README.md.
Verb[] verbs =
[
    new("quantize", QuantizeCommand.Usage, QuantizeCommand.RunAsync),
    new("check", CheckCommand.Usage, CheckCommand.RunAsync),
    new("ask", AskCommand.Usage, AskCommand.RunAsync),
    new("perplexity", PerplexityCommand.Usage, PerplexityCommand.RunAsync),
    new("serve", ServeCommand.Usage, ServeCommand.RunAsync),
];

return await VerbRunner.RunAsync(verbs, args, EngineOutput.OnConsole());
