using FineTunePipeline.Messaging;
using FineTunePipeline.Messaging.Bus;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FineTunePipeline.UnitTests.Bus;

public sealed class ServiceListTests
{
    private static readonly IReadOnlyList<IServiceModule> All = [new Named("gateway"), new Named("training"), new Named("evaluation")];

    [Fact]
    public void Without_a_list_all_services_are_held() => Assert.Same(All, ServiceList.Select(All, whole: true, null, BusOptions.InMemory));

    [Fact]
    public void The_named_ones_are_held_in_the_order_of_a_job() => Assert.Equal(["training", "evaluation"], Names(" Evaluation,training,", BusOptions.RabbitMq));

    [Fact]
    public void An_unknown_name_is_answered_with_those_there_are() =>
        Assert.Equal("There is no service trainer. There are: gateway, training, evaluation.", Refused("training,trainer", BusOptions.RabbitMq));

    [Fact]
    public void An_empty_list_is_refused() => Assert.Equal("--services names no service. There are: gateway, training, evaluation.", Refused(",", BusOptions.RabbitMq));

    [Fact]
    public void On_the_in_memory_transport_a_part_of_the_services_is_refused_with_advice() => Assert.Equal(
        "On the in-memory transport one process must hold all services: gateway, evaluation could not be reached. "
        + "Leave out --services, or set Bus:Transport (FINETUNE__Bus__Transport) to rabbitmq.",
        Refused("training", BusOptions.InMemory));

    [Fact]
    public void On_the_in_memory_transport_a_list_of_all_is_good() =>
        Assert.Equal(["gateway", "training", "evaluation"], Names("evaluation,gateway,training", BusOptions.InMemory));

    [Fact]
    public void On_the_in_memory_transport_a_program_of_one_service_is_refused_with_advice() => Assert.Equal(
        "On the in-memory transport one process must hold all services, and this one has only training. "
        + "Start services/Standalone, or set Bus:Transport (FINETUNE__Bus__Transport) to rabbitmq.",
        Assert.Throws<ServiceListException>(() => ServiceList.Select([new Named("training")], whole: false, null, BusOptions.InMemory)).Message);

    private static IEnumerable<string> Names(string list, string transport) => ServiceList.Select(All, whole: true, list, transport).Select(module => module.Name);

    private static string Refused(string list, string transport) => Assert.Throws<ServiceListException>(() => ServiceList.Select(All, whole: true, list, transport)).Message;

    private sealed class Named(string name) : IServiceModule
    {
        public string Name => name;

        public void AddServices(IServiceCollection services, IConfiguration configuration)
        {
        }

        public void AddConsumers(IBusRegistrationConfigurator bus)
        {
        }
    }
}
