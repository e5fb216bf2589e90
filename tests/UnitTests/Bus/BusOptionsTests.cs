using System.ComponentModel.DataAnnotations;
using FineTunePipeline.Messaging.Bus;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Xunit;

namespace FineTunePipeline.UnitTests.Bus;

public sealed class BusOptionsTests
{
    [Theory]
    [InlineData(null, BusOptions.InMemory)]
    [InlineData("in-memory", BusOptions.InMemory)]
    [InlineData("rabbitmq", BusOptions.RabbitMq)]
    public void Takes_the_transport_that_is_set(string? set, string transport) => Assert.Equal(transport, BusOptions.TransportOf(Set(set)));

    [Theory]
    [InlineData("rabbit")]
    [InlineData("")]
    public void Names_the_setting_and_both_transports_when_it_is_neither(string set)
    {
        var exception = Assert.Throws<OptionsValidationException>(() => BusOptions.TransportOf(Set(set)));

        Assert.Equal("Set Bus:Transport (FINETUNE__Bus__Transport) to in-memory (all services in one process) or rabbitmq.", exception.Message);
    }

    [Fact]
    public void A_broker_is_written_without_its_password()
    {
        var options = new RabbitMqOptions { Host = "rabbit", Port = 5671, VirtualHost = "jobs", User = "ada", Password = "s3cret" };

        Assert.Equal("ada@rabbit:5671, virtual host jobs", options.ToString());
    }

    [Theory]
    [InlineData("", 5672, "/", "ada", "RabbitMq:Host")]
    [InlineData("rabbit", 0, "/", "ada", "RabbitMq:Port")]
    [InlineData("rabbit", 65536, "/", "ada", "RabbitMq:Port")]
    [InlineData("rabbit", 5672, "", "ada", "RabbitMq:VirtualHost")]
    [InlineData("rabbit", 5672, "/", "", "RabbitMq:User")]
    public void Says_what_to_set_of_a_broker_that_cannot_be_one(string host, int port, string virtualHost, string user, string setting)
    {
        var options = new RabbitMqOptions { Host = host, Port = port, VirtualHost = virtualHost, User = user };
        var faults = new List<ValidationResult>();

        Assert.False(Validator.TryValidateObject(options, new ValidationContext(options), faults, validateAllProperties: true));

        Assert.StartsWith($"Set {setting} (FINETUNE__", Assert.Single(faults).ErrorMessage, StringComparison.Ordinal);
    }

    private static IConfiguration Set(string? transport) =>
        new ConfigurationBuilder().AddInMemoryCollection(transport is null ? [] : [new("Bus:Transport", transport)]).Build();
}
