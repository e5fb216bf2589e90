using FineTunePipeline.Hosts.Processes;
using Xunit;

namespace FineTunePipeline.UnitTests.Hosts;

public sealed class ProcessIdentityTests
{
    [Fact]
    public void Knows_this_process_again_from_its_own_lines()
    {
        var ours = ProcessIdentity.Of(Environment.ProcessId);

        Assert.NotNull(ours);
        Assert.Equal(ours, ProcessIdentity.Parse(ours.Format()));
        Assert.True(ours.IsAlive());
    }

    [Fact]
    public void Does_not_take_a_process_that_got_the_same_number_for_the_old_one()
    {
        var ours = ProcessIdentity.Of(Environment.ProcessId)!;

        Assert.False((ours with { StartTime = "1" }).IsAlive());
        Assert.False((ours with { BootId = "another-boot" }).IsAlive());
    }

    [Theory]
    [InlineData("")]
    [InlineData("12\n34\n")]
    [InlineData("twelve\n34\nboot\n")]
    [InlineData("-1\n34\nboot\n")]
    public void Reads_no_process_out_of_a_damaged_file(string text) => Assert.Null(ProcessIdentity.Parse(text));
}
