using FineTunePipeline.Training.Trainers;
using FineTunePipeline.Training.Trainers.Builtin;
using Microsoft.Extensions.DependencyInjection;

namespace FineTunePipeline.Training;

/// <summary>The trainers there are. A new one is a folder beside the others and a line here.</summary>
internal static class TrainerList
{
    public static IServiceCollection AddTrainers(this IServiceCollection services) => services
        .AddKeyedSingleton<ITrainer, BuiltinTrainer>("builtin");
}
