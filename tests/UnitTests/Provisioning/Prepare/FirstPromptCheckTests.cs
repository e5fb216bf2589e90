using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Provisioning.Prepare.Checks;
using Xunit;

namespace FineTunePipeline.UnitTests.Provisioning.Prepare;

public sealed class FirstPromptCheckTests
{
    private readonly JobUnderTest _job = new() { Spec = new JobSpec { Model = "/m", Dataset = "/d" }, RunsFolder = "/work/prepare-1" };

    [Fact]
    public void An_answer_and_a_loss_are_the_proof()
    {
        var finding = FirstPromptCheck.Judge(_job, """{"prompt": "p", "predict": "I am\na village.", "label": "Hello!"}""" + "\n", """{"eval_loss": 2.5}""");

        Assert.True(finding.Passed);
        Assert.Equal("asked 'Hello! What is your name?' it says: I am a village.", finding.Found);
        Assert.Equal("I am a village.", _job.FirstAnswer);
    }

    /// <summary>LLaMA-Factory tells no loss where it generates.</summary>
    [Fact]
    public void An_answer_alone_is_proof_where_no_loss_is_told() =>
        Assert.True(FirstPromptCheck.Judge(_job, """{"predict": "I am a village."}""", """{"eval_bleu-4": 3.1, "eval_runtime": 0.5}""").Passed);

    [Theory]
    [InlineData("""{"eval_loss": NaN}""")]
    [InlineData("""{"eval_loss": Infinity}""")]
    [InlineData("""{"eval_loss": 1e999}""")]
    [InlineData("")]
    public void A_model_that_computes_no_numbers_is_refused_whatever_it_says(string results)
    {
        var finding = FirstPromptCheck.Judge(_job, """{"predict": "!!!!"}""", results);

        Assert.Equal((false, true), (finding.Passed, finding.IsUsersFault));
        Assert.Contains("computes no numbers", finding.Found);
        Assert.Null(_job.FirstAnswer);
    }

    [Theory]
    [InlineData("""{"predict": ""}""")]
    [InlineData("""{"predict": 7}""")]
    [InlineData("")]
    public void A_model_that_says_nothing_is_refused(string predictions)
    {
        var finding = FirstPromptCheck.Judge(_job, predictions, """{"eval_loss": 2.5}""");

        Assert.Equal((false, true), (finding.Passed, finding.IsUsersFault));
        Assert.Contains("with nothing", finding.Found);
    }
}
