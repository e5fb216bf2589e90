using FineTunePipeline.Provisioning;
using FineTunePipeline.ServiceDefaults.Serving;

return await ServiceProgram.RunAsync(args, new ProvisioningModule());
