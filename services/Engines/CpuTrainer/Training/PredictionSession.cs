using FineTunePipeline.CpuTrainer.Arguments;
using FineTunePipeline.CpuTrainer.Models;
using FineTunePipeline.CpuTrainer.Results;
using FineTunePipeline.ModelFormats.Datasets;
using FineTunePipeline.Tokenization.ChatTemplates;
namespace FineTunePipeline.CpuTrainer.Training;
#pragma warning disable CS9113
internal sealed class PredictionSession(TrainOptions options, ModelChat chat, IReadOnlyList<ChatSample> samples, TrainerOutput output, TimeProvider time, StopRequest stop)
{
    public void Run(CausalLm model) => throw new NotImplementedException();
}
