using FineTunePipeline.ServiceDefaults.Serving;
using FineTunePipeline.Training;

return await ServiceProgram.RunAsync(args, new TrainingModule());
