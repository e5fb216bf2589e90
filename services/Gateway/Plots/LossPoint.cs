namespace FineTunePipeline.Gateway.Plots;

/// <summary>One reading of a training.</summary>
/// <param name="Attempt">Of the stage train, from 1.</param>
/// <param name="Step">Optimizer steps done.</param>
/// <param name="Loss">null: this reading is of an evaluation alone.</param>
/// <param name="EvalLoss">null: the loss on samples that are not trained was not measured.</param>
internal sealed record LossPoint(int Attempt, int Step, double? Loss, double? EvalLoss);
