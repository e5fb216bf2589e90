using FineTunePipeline.Orchestrator;
using FineTunePipeline.ServiceDefaults.Serving;

return await ServiceProgram.RunAsync(args, new OrchestratorModule());
