using FineTunePipeline.Training;
using FineTunePipeline.ServiceDefaults.Serving;

return await ServiceProgram.RunAsync(args, new TrainingModule());
