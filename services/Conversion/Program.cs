using FineTunePipeline.Conversion;
using FineTunePipeline.ServiceDefaults.Serving;

return await ServiceProgram.RunAsync(args, new ConversionModule());
