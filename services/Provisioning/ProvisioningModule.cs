using FineTunePipeline.Contracts.Prepare;
using FineTunePipeline.Contracts.Provision;
using FineTunePipeline.Contracts.Release;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Engines.Installing;
using FineTunePipeline.Hosts.Engines.Packages;
using FineTunePipeline.Hosts.Local;
using FineTunePipeline.Messaging;
using FineTunePipeline.Messaging.Data;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.Provisioning.Data;
using FineTunePipeline.Provisioning.Leases;
using FineTunePipeline.Provisioning.Money;
using FineTunePipeline.Provisioning.Pool;
using FineTunePipeline.Provisioning.Prepare;
using FineTunePipeline.Provisioning.Prepare.Checks;
using FineTunePipeline.Provisioning.Prepare.Trainers.LlamaFactory;
using FineTunePipeline.Provisioning.Provision;
using FineTunePipeline.Provisioning.Release;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Provisioning;

/// <summary>The service that takes hosts, tests and fills them, and gives them back.</summary>
public sealed class ProvisioningModule : IServiceModule
{
    /// <summary>That one instance takes, and gives back, at once: each waits for one that answers slowly.</summary>
    private const int HostsAtOnce = 16;

    public string Name => "provisioning";

    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<PrepareOptions>().BindConfiguration(PrepareOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<LlamaFactoryOptions>().BindConfiguration(LlamaFactoryOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<PoolOptions>().BindConfiguration(PoolOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<MoneyOptions>().BindConfiguration(MoneyOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddComputeHosts(configuration);
        services.AddProviders();
        services.AddHostTrainers();
        services.AddSingleton<HostTable>();
        services.AddScoped<HostEdits>();
        services.AddSingleton<HostVisits>();
        services.AddSingleton<WatchdogTable>();
        services.AddSingleton<Watchdogs>();
        services.AddSingleton<SecretKey>();
        services.AddSingleton<StatusCommands>();
        services.AddHostedService<PoolWatch>();
        services.AddHostedService<FormerLeases>();
        services.AddHostedService<HostTests>();
        services.AddSingleton<LedgerTable>();
        services.AddHostedService<MoneyWatch>();
        services.AddSingleton<LeaseTable>();
        services.AddSingleton<LeaseEnd>();
        services.AddSingleton<HostChoice>();
        services.AddSingleton<EnginePackages>();
        services.AddSingleton<EngineInstaller>();
        services.AddSingleton<EngineRuns>();
        services.AddSingleton<WheelFolder>();
        services.AddSingleton<LlamaFactoryInstaller>();
        services.AddSingleton<EnvironmentChecks>();
        services.AddSingleton<EnvironmentTest>();
        services.AddSingleton<ModelCache>();
        services.AddServiceDatabase<ProvisioningDbContext>(Name);
        services.AddStage<AcquireHost, AcquireHostRunner, ProvisioningDbContext>(Stage.Provision, HostsAtOnce);
        services.AddStage<PrepareHost, PrepareHostRunner, ProvisioningDbContext>(
            Stage.Prepare, provider => Prepare(provider).Concurrency, provider => Prepare(provider).LocalConcurrency, command => command.Host.IsLocal());

        // What is not released is billed: a failing release is told and tried again for ever.
        services.AddStage<ReleaseHost, ReleaseHostRunner, ProvisioningDbContext>(Stage.Release, HostsAtOnce, keepTrying: true);
    }

    public void AddConsumers(IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<AcquireHostConsumer, AcquireHostDefinition>();
        bus.AddConsumer<PrepareHostConsumer, PrepareHostDefinition>();
        bus.AddConsumer<ReleaseHostConsumer, ReleaseHostDefinition>();
        bus.AddConsumer<PoolConsumer, PoolDefinition>();
    }

    private static PrepareOptions Prepare(IServiceProvider provider) => provider.GetRequiredService<IOptions<PrepareOptions>>().Value;
}
