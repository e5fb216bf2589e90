using FineTunePipeline.Gateway;
using FineTunePipeline.ServiceDefaults.Serving;

return await ServiceProgram.RunAsync(args, new GatewayModule());
