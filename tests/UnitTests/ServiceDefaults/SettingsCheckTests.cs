using FineTunePipeline.Messaging;
using FineTunePipeline.Messaging.Bus;
using FineTunePipeline.ServiceDefaults.Configuration;
using FineTunePipeline.Training;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FineTunePipeline.UnitTests.ServiceDefaults;

public sealed class SettingsCheckTests
{
    [Fact]
    public void A_name_that_nobody_reads_is_told_with_the_nearest_that_somebody_does()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Training:concurency"] = "2",
            ["Training:lookEvery"] = "00:00:01",
            ["Training:Colour"] = "red",
            ["Evaluation:Concurency"] = "2",
        }).Build();
        var services = new ServiceCollection();
        services.AddMessaging(configuration, [new TrainingModule()]);

        Assert.Equal([("Training:Colour", null), ("Training:concurency", "Concurrency")], new SettingsCheck(services, configuration).Unknown());
    }
}
