using FineTunePipeline.CpuTrainer;

return Verbs.Run(args);
