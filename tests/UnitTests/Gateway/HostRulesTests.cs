using FineTunePipeline.Gateway.Apis;
using Xunit;

namespace FineTunePipeline.UnitTests.Gateway;

public sealed class HostRulesTests
{
    [Fact]
    public void Reads_a_pasted_command_and_names_the_host_by_it()
    {
        var set = HostRules.Read(new HostRequest { Address = "ssh -p 34222 root@connect.example.com", HourlyPrice = 1.98m, Gpu = "RTX 4090" }, name: null);

        Assert.Equal(("connect.example.com-34222", "root@connect.example.com:34222", 1.98m), (set.HostName, set.Address, set.HourlyPrice));
    }

    [Fact]
    public void What_is_not_said_of_a_known_host_stays_as_it_is()
    {
        var set = HostRules.Read(new HostRequest { HourlyPrice = 2 }, "gpu-1");

        Assert.Equal(("gpu-1", (string?)null, (string?)null), (set.HostName, set.Address, set.Currency));
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("", true)]
    [InlineData(" ", true)]
    [InlineData("echo running", false)]
    public void An_empty_status_command_removes_it_and_none_leaves_it_alone(string? command, bool forgets)
    {
        var set = HostRules.Read(new HostRequest { StatusCommand = command }, "gpu-1");

        Assert.Equal((forgets, null), (set.ForgetStatusCommand, set.StatusCommand));
    }

    [Fact]
    public void A_status_command_is_not_endless()
    {
        var request = new HostRequest { StatusCommand = new string('a', 2001) };

        Assert.Contains("into a file", Assert.Throws<FormatException>(() => HostRules.Read(request, "gpu-1")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null, null, null, null, "no address")]
    [InlineData("ssh -i key root@host", null, null, null, null, "-i")]
    [InlineData("root@host", "ftjob-1", null, null, null, "cannot be a host's name")]
    [InlineData("root@host", "a b", null, null, null, "cannot be a host's name")]
    [InlineData("root@host", null, "-1", null, null, "price")]
    [InlineData("root@host", null, null, "EUR", null, "CNY or USD")]
    [InlineData("root@host", null, null, null, "relative", "absolute folder")]
    public void Says_what_is_wrong(string? address, string? name, string? price, string? currency, string? folder, string said)
    {
        var request = new HostRequest
        {
            Address = address,
            Name = name,
            HourlyPrice = price is null ? null : decimal.Parse(price, System.Globalization.CultureInfo.InvariantCulture),
            Currency = currency,
            WorkFolder = folder,
        };

        Assert.Contains(said, Assert.Throws<FormatException>(() => HostRules.Read(request, name: null)).Message, StringComparison.Ordinal);
    }
}
