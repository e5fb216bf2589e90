using FineTunePipeline.Hosts.Ssh;
using Xunit;

namespace FineTunePipeline.UnitTests.Hosts.Ssh;

public sealed class SshEndpointTests
{
    [Theory]
    [InlineData("ssh -p 34222 root@connect.example.com", "connect.example.com", 34222, "root")]
    [InlineData("  ssh   root@connect.example.com  -p34222 ", "connect.example.com", 34222, "root")]
    [InlineData("ssh connect.example.com -l ubuntu", "connect.example.com", 22, "ubuntu")]
    [InlineData("root@host", "host", 22, "root")]
    [InlineData("host", "host", 22, "root")]
    [InlineData("root@host:2222", "host", 2222, "root")]
    [InlineData("ssh://root@host:22", "host", 22, "root")]
    [InlineData("ssh://ubuntu@10.0.0.7/", "10.0.0.7", 22, "ubuntu")]
    [InlineData("root@[2001:db8::7]:2222", "2001:db8::7", 2222, "root")]
    [InlineData("my.user-1@region-1.seetacloud.com:65535", "region-1.seetacloud.com", 65535, "my.user-1")]
    public void Reads_what_people_paste(string text, string host, int port, string user)
    {
        var endpoint = SshEndpoint.Parse(text);

        Assert.Equal(new SshEndpoint(host, port, user), endpoint);
        Assert.Equal(endpoint, SshEndpoint.Parse(endpoint.ToString()));
    }

    [Theory]
    [InlineData("ssh -J me@gate.example.com:2200 -p 34222 ubuntu@box", "ssh -J me@gate.example.com:2200 ubuntu@box:34222")]
    [InlineData("ssh -Jgate ubuntu@[2001:db8::7]:22", "ssh -J root@gate:22 ubuntu@[2001:db8::7]:22")]
    public void Reads_the_host_over_which_another_is_reached(string text, string written)
    {
        var endpoint = SshEndpoint.Parse(text);

        Assert.Equal(written, endpoint.ToString());
        Assert.Equal(endpoint, SshEndpoint.Parse(written));
        Assert.NotNull(endpoint.Jump);
    }

    [Theory]
    [InlineData("ssh -p 34222 root@box --proxy socks5://127.0.0.1:1080", "root@box:34222 --proxy socks5://127.0.0.1:1080")]
    [InlineData("root@box --proxy socks5h://proxy.example.com", "root@box:22 --proxy socks5://proxy.example.com:1080")]
    [InlineData("ssh -J gate root@box --proxy socks5://[2001:db8::7]:9", "ssh -J root@gate:22 root@box:22 --proxy socks5://[2001:db8::7]:9")]
    public void Reads_the_proxy_through_which_a_host_is_reached(string text, string written)
    {
        var endpoint = SshEndpoint.Parse(text);

        Assert.Equal(written, endpoint.ToString());
        Assert.Equal(endpoint, SshEndpoint.Parse(written));
        Assert.NotNull(endpoint.Proxy);
    }

    [Theory]
    [InlineData("root@box --proxy http://proxy:3128", "socks5://HOST:PORT")]
    [InlineData("root@box --proxy socks5://me:hunter2@proxy:1080", "a login is not known here")]
    [InlineData("root@box --proxy socks5://proxy:0", "1 to 65535")]
    [InlineData("root@box --proxy socks5://proxy:1080/path", "socks5://HOST:PORT")]
    [InlineData("root@box --proxy socks5://;reboot", "socks5://HOST:PORT")]
    [InlineData("root@box --proxy", "ssh -p PORT USER@HOST")]
    [InlineData("--proxy socks5://proxy", "ssh -p PORT USER@HOST")]
    public void Says_what_is_wrong_with_a_proxy(string text, string why)
    {
        var message = Assert.Throws<FormatException>(() => SshEndpoint.Parse(text)).Message;

        Assert.Contains(why, message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("ssh")]
    [InlineData("ssh -p 22")]
    [InlineData("ssh -p")]
    [InlineData("ssh -p 0 root@host")]
    [InlineData("ssh -p 65536 root@host")]
    [InlineData("ssh -p x root@host")]
    [InlineData("ssh -i key root@host")]
    [InlineData("ssh -J root@host")]
    [InlineData("ssh -J a@b,c@d root@host")]
    [InlineData("ssh -J -oProxyCommand=evil root@host")]
    [InlineData("ssh -oProxyCommand=evil root@host")]
    [InlineData("ssh root@host reboot")]
    [InlineData("ssh -p 1 root@host:2")]
    [InlineData("root@host:")]
    [InlineData("root@host:22:33")]
    [InlineData("root@")]
    [InlineData("@host")]
    [InlineData("ro ot@host")]
    [InlineData("http://host")]
    [InlineData("-oProxyCommand=evil")]
    [InlineData("root@host;reboot")]
    [InlineData("root@ho\nst")]
    [InlineData("scp -p 22 root@host")]
    [InlineData("root@2001:db8::7")]
    public void Says_what_is_wrong_with_anything_else(string text)
    {
        var exception = Assert.Throws<FormatException>(() => SshEndpoint.Parse(text));

        Assert.Contains("ssh -p PORT USER@HOST", exception.Message);
    }

    [Theory]
    [InlineData("root:hunter2@host")]
    [InlineData("ssh://root:hunter2@host:22")]
    [InlineData("ssh root:hunter2@host")]
    public void Does_not_repeat_a_password_that_was_pasted(string text) =>
        Assert.DoesNotContain("hunter2", Assert.Throws<FormatException>(() => SshEndpoint.Parse(text)).Message);

    [Fact]
    public void A_password_does_not_show_in_text() => Assert.DoesNotContain("hunter2", $"{new SshPassword("hunter2")}");
}
