using FineTunePipeline.Provisioning.Prepare.Trainers;
using FineTunePipeline.Provisioning.Prepare.Trainers.Builtin;
using FineTunePipeline.Provisioning.Prepare.Trainers.LlamaFactory;
using Microsoft.Extensions.DependencyInjection;

namespace FineTunePipeline.Provisioning;

/// <summary>Every trainer that a host is prepared for. A new one is a folder in <c>Prepare/Trainers/</c>, and in <c>Training/Trainers/</c>, and one line here and there.</summary>
internal static class HostTrainerList
{
    public static IServiceCollection AddHostTrainers(this IServiceCollection services) => services
        .AddSingleton<IHostTrainer, BuiltinHostTrainer>()
        .AddSingleton<IHostTrainer, LlamaFactoryHostTrainer>();
}
