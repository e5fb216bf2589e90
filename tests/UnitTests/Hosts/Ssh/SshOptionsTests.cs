using FineTunePipeline.Hosts.Ssh;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace FineTunePipeline.UnitTests.Hosts.Ssh;

public sealed class SshOptionsTests
{
    [Theory]
    [InlineData("ConnectTimeout", "00:00:00")]
    [InlineData("ProbeAfter", "00:00:00")]
    [InlineData("ProbeTimeout", "01:00:00")]
    [InlineData("CallTimeout", "00:00:00.5")]
    [InlineData("HashTimeout", "2.00:00:00")]
    [InlineData("IdleTimeout", "00:00:00")]
    [InlineData("MaxConnections", "0")]
    [InlineData("CallsPerConnection", "101")]
    public void A_wrong_setting_is_named_with_its_range(string name, string value)
    {
        var exception = Assert.Throws<OptionsValidationException>(() => Read(name, value));

        Assert.Contains($"SshOptions.{name} must be between", exception.Message);
    }

    [Fact]
    public void A_missing_key_file_says_what_to_set() =>
        Assert.Contains("FINETUNE__Ssh__KeyFile", Assert.Throws<OptionsValidationException>(() => Read("KeyFile", "")).Message);

    [Fact]
    public void Reads_its_section() => Assert.Equal(TimeSpan.FromSeconds(7), Read("ProbeAfter", "00:00:07").ProbeAfter);

    private static SshOptions Read(string name, string value)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { [$"Ssh:{name}"] = value }).Build();
        using var services = new ServiceCollection().AddSshHosts(configuration).BuildServiceProvider();
        return services.GetRequiredService<IOptions<SshOptions>>().Value;
    }
}
