using FineTunePipeline.Deployment;
using FineTunePipeline.ServiceDefaults.Serving;

return await ServiceProgram.RunAsync(args, new DeploymentModule());
