using FineTunePipeline.Contracts;
using FineTunePipeline.Gateway.Apis;
using FineTunePipeline.Gateway.Chat;
using FineTunePipeline.Gateway.Data;
using FineTunePipeline.Gateway.Files;
using FineTunePipeline.Gateway.Jobs;
using FineTunePipeline.Gateway.Views;
using FineTunePipeline.Messaging;
using FineTunePipeline.Messaging.Data;
using FineTunePipeline.Messaging.Outbox;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace FineTunePipeline.Gateway;

/// <summary>The service that people and programs talk to.</summary>
public sealed class GatewayModule : IServiceModule
{
    public string Name => "gateway";

    public string UsualUrl => "http://127.0.0.1:8080";

    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<GatewayOptions>().BindConfiguration(GatewayOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.AddServiceDatabase<GatewayDbContext>(Name);
        services.AddSingleton<JobSignals>();
        services.AddSingleton<JobViews>();
        services.AddSingleton<ParkedViews>();
        services.AddSingleton<HostViews>();
        services.AddScoped<HostViewWriter>();
        services.AddScoped<JobViewWriter>();
        services.AddSingleton<IdempotencyKeys>();
        services.AddSingleton<ResultFiles>();
        services.AddSingleton(provider => new JobSubmitter(
            provider.GetRequiredService<ServiceOutbox<GatewayDbContext>>(),
            provider.GetRequiredService<IdempotencyKeys>(),
            provider.GetRequiredService<TimeProvider>()));
        services.AddHttpClient(ChatApi.HttpClientName, client => client.Timeout = Timeout.InfiniteTimeSpan);
        services.AddProblemDetails(options => options.CustomizeProblemDetails = problem => problem.ProblemDetails.Detail ??= ErrorAnswers.Detail(problem.Exception));
        services.AddOpenApi();

        // What the OpenAPI document describes is what is read and written: snake_case.
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.PropertyNamingPolicy = ContractJson.Options.PropertyNamingPolicy;
            json.SerializerOptions.NumberHandling = ContractJson.Options.NumberHandling;
            foreach (var converter in ContractJson.Options.Converters)
            {
                json.SerializerOptions.Converters.Add(converter);
            }
        });
    }

    public void AddConsumers(IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<JobViewConsumer, JobViewDefinition>();
        bus.AddConsumer<ParkedConsumer, ParkedDefinition>();
        bus.AddConsumer<HostViewConsumer, HostViewDefinition>();
    }

    public void MapEndpoints(WebApplication app) => app.MapGateway();
}
