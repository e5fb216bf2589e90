using FineTunePipeline.Hosts.Probes;
using FineTunePipeline.Provisioning.Prepare.Checks;
using FineTunePipeline.Provisioning.Prepare.Trainers;
using FineTunePipeline.TestKit.Hosts;
using Xunit;

namespace FineTunePipeline.UnitTests.Provisioning.Prepare;

public sealed class TorchVerdictTests
{
    private const string OnCard =
        """{"torch": "2.10.0", "device": "cuda:0", "device_name": "NVIDIA H200", "cuda": true, "bf16": true, "free_memory_bytes": 1073741824, "matmul_size": 512, "matmul_milliseconds": 0.02, "matmul_correct": true}""";

    [Fact]
    public void A_card_that_libtorch_uses_is_told_with_its_memory()
    {
        var finding = Judge(OnCard, cards: "NVIDIA H200", usesCard: true);

        Assert.Equal((true, null), (finding.Passed, finding.Note));
        Assert.Equal("libtorch 2.10.0 on cuda:0 (NVIDIA H200), bfloat16 fast, 512 x 512 product in 0.02 ms, 1024 MiB of it free", finding.Found);
    }

    [Theory]
    [InlineData("NVIDIA H200", true, false, "the driver shows NVIDIA H200, but libtorch cannot use it")]
    [InlineData("NVIDIA H200", false, true, "NVIDIA H200 is not used")]
    [InlineData(null, true, null, "there is no card to ask now")]
    [InlineData(null, false, true, "the card's part is put off: there is none")]
    public void A_processor_will_do_unless_a_card_is_there_and_used(string? cards, bool usesCard, bool? passed, string end)
    {
        var finding = Judge(HealthyHost.Torch, cards, usesCard);

        Assert.Equal(passed, finding.Passed);
        Assert.EndsWith(end, finding.Found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("it runs\n")]
    [InlineData("null\n")]
    [InlineData("""{"torch": "2.10.0"}""")]
    [InlineData("""[1, 2]""")]
    public void What_is_no_report_is_not_taken_for_one(string output) => Assert.Null(TorchReport.Read(output));

    [Fact]
    public void Lines_before_the_report_do_no_harm() => Assert.Equal("2.10.0", TorchReport.Read("libgomp: warning\n" + HealthyHost.Torch + "\n")!.Torch);

    private static Finding Judge(string report, string? cards, bool usesCard) =>
        TorchVerdict.Of(new HostUnderTest(new ScriptedHost(), "/work", "/work", 1, null, HostTrainers.WhichUsesCards(usesCard)) { Cards = cards }, TorchReport.Read(report)!);
}
