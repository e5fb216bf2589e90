using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Data;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace FineTunePipeline.Messaging.Stages;

/// <summary>Adds a stage to a service.</summary>
public static class StageRegistration
{
    /// <param name="services">The service's collection.</param>
    /// <param name="stage">The stage; one per command type.</param>
    /// <param name="concurrency">Attempts one instance works on at once.</param>
    /// <param name="keepTrying">A failure is told but does not end the attempt: it is tried again for ever, with a growing wait of at most a minute.</param>
    public static IServiceCollection AddStage<TCommand, TRunner, TDb>(
        this IServiceCollection services, Stage stage, int concurrency, bool keepTrying = false)
        where TCommand : class, IStageCommand
        where TRunner : class, IStageRunner<TCommand>
        where TDb : ServiceDbContext => services.AddStage<TCommand, TRunner, TDb>(stage, _ => concurrency, keepTrying);

    /// <summary>As above, for a stage whose work is done on hosts: attempts on this computer itself take turns, beside the others.</summary>
    /// <param name="here">Attempts of this computer's own that one instance works on at once.</param>
    /// <param name="isHere">Whether a command's work is done on this computer.</param>
    public static IServiceCollection AddStage<TCommand, TRunner, TDb>(
        this IServiceCollection services, Stage stage, Func<IServiceProvider, int> concurrency, Func<IServiceProvider, int> here, Func<TCommand, bool> isHere)
        where TCommand : class, IStageCommand
        where TRunner : class, IStageRunner<TCommand>
        where TDb : ServiceDbContext => services
            .AddSingleton(provider => new StageTurns<TCommand>(here(provider), isHere))
            .AddStage<TCommand, TRunner, TDb>(stage, concurrency);

    /// <summary>As above, with a concurrency that is set.</summary>
    public static IServiceCollection AddStage<TCommand, TRunner, TDb>(
        this IServiceCollection services, Stage stage, Func<IServiceProvider, int> concurrency, bool keepTrying = false)
        where TCommand : class, IStageCommand
        where TRunner : class, IStageRunner<TCommand>
        where TDb : ServiceDbContext
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<StageRunTable<TDb>>();
        services.TryAddSingleton<StageOutcomes<TDb>>();
        services.AddSingleton(provider => new StageSettings<TCommand>(stage, concurrency(provider), keepTrying));
        services.AddSingleton<StageSignal<TCommand>>();
        services.TryAddSingleton<StageMetrics<TDb>>();
        services.AddSingleton(new MeasuredStage<TDb>(stage));
        services.AddHostedService(provider => provider.GetRequiredService<StageMetrics<TDb>>());
        services.AddScoped<StageInbox<TCommand>, StageInboxOf<TCommand, TDb>>();
        services.AddScoped<IStageRunner<TCommand>, TRunner>();
        services.AddSingleton<StageWork<TCommand, TDb>>();
        services.AddSingleton<StageRunner<TCommand, TDb>>();
        services.AddHostedService(provider => provider.GetRequiredService<StageRunner<TCommand, TDb>>());
        return services;
    }
}
