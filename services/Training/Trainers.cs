using FineTunePipeline.Training.Trainers;
using FineTunePipeline.Training.Trainers.Builtin;
using FineTunePipeline.Training.Trainers.LlamaFactory;
using Microsoft.Extensions.DependencyInjection;

namespace FineTunePipeline.Training;

/// <summary>Every program that can train. A new trainer is one folder in <c>Trainers/</c> and one line here.</summary>
internal static class TrainerList
{
    public static IServiceCollection AddTrainers(this IServiceCollection services) => services
        .AddSingleton<ITrainer, BuiltinTrainer>()
        .AddSingleton<ITrainer, LlamaFactoryTrainer>();
}
