using FineTunePipeline.Artifacts;
using FineTunePipeline.ServiceDefaults.Serving;

return await ServiceProgram.RunAsync(args, new ArtifactsModule());
