using FineTunePipeline.Hosts.Ssh.Commands;
using Xunit;

namespace FineTunePipeline.UnitTests.Hosts.Ssh;

public sealed class ProcessInputTests
{
    [Fact]
    public void The_end_of_the_input_of_a_command_that_ended_meanwhile_is_no_fault() =>
        new ProcessInput(new ThrowingStream(new InvalidOperationException("The channel is closed."))).Close();

    [Fact]
    public void A_fault_of_the_line_is_told() =>
        Assert.Throws<IOException>(new ProcessInput(new ThrowingStream(new IOException("The line broke."))).Close);

    private sealed class ThrowingStream(Exception exception) : MemoryStream
    {
        protected override void Dispose(bool disposing) => throw exception;
    }
}
