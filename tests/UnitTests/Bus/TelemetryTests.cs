using FineTunePipeline.Messaging.Bus;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace FineTunePipeline.UnitTests.Bus;

public sealed class TelemetryTests
{
    [Fact]
    public async Task The_bus_tells_nobody_what_it_is_used_for()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddMessaging(new ConfigurationBuilder().Build(), []);
        await using var provider = services.BuildServiceProvider();

        Assert.False(provider.GetRequiredService<IOptions<UsageTelemetryOptions>>().Value.Enabled);
    }
}
