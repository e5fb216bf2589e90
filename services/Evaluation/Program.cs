using FineTunePipeline.Evaluation;
using FineTunePipeline.ServiceDefaults.Serving;

return await ServiceProgram.RunAsync(args, new EvaluationModule());
