using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.TestKit;
using FineTunePipeline.Training.Trainers;
using FineTunePipeline.Training.Trainers.Builtin;
using Xunit;

namespace FineTunePipeline.UnitTests.Training;

public sealed class VerdictsTests
{
    [Theory]
    [InlineData("err_dataset_not_in_info", 1, FailureKind.BadInput, "training_refused", "Undefined dataset nope in dataset_info.json.")]
    [InlineData("err_no_dataset_info", 1, FailureKind.BadInput, "training_refused", "Cannot open")]
    [InlineData("err_bad_columns", 1, FailureKind.BadInput, "training_refused", "'instruction'")]
    [InlineData("err_template", 1, FailureKind.BadInput, "training_refused", "Template nope does not exist.")]
    [InlineData("err_model_path", 1, FailureKind.BadInput, "training_refused", "Failed to load tokenizer.")]
    [InlineData("err_empty_dataset", 1, FailureKind.BadInput, "training_refused", "corresponds to no data")]
    [InlineData("err_malformed_json", 1, FailureKind.BadInput, "training_refused", "error occurred while generating the dataset")]
    [InlineData("err_bad_value", 1, FailureKind.BadInput, "training_refused", "not supported between instances")]
    [InlineData("bf16_true_cpu", 1, FailureKind.BadInput, "training_refused", "bf16")]
    [InlineData("err_resume_truncated_adapter", 1, FailureKind.BadInput, "training_refused", "incomplete metadata")]
    [InlineData("err_disk_full", 1, FailureKind.BadInput, "disk_full", "disk is full")]
    [InlineData("err_oom_ulimit_alloc", 1, FailureKind.OutOfMemory, "out_of_memory", "can't allocate memory")]
    [InlineData("err_oom_ulimit", 1, FailureKind.OutOfMemory, "out_of_memory", "can't start new thread")]
    [InlineData("oomkill_cgroup", 137, FailureKind.Transient, "trainer_killed", "SIGKILL")]
    [InlineData("sig_TERM", 143, FailureKind.Transient, "trainer_stopped", "from outside")]
    public void Judges_the_recorded_failures_of_the_real_trainer(string recorded, int exitCode, FailureKind kind, string code, string message)
    {
        var failure = Verdicts.Of(new TrainerEnd(exitCode, File.ReadAllText(EnginePath.TestData("llamafactory", "errors", recorded + ".txt")), FreeDiskBytes: 1L << 40));

        Assert.Equal((kind, code), (failure.Kind, failure.Code));
        Assert.Contains(message, failure.Message);
        Assert.NotEmpty(failure.Evidence!);
    }

    [Fact]
    public void Takes_a_vanished_trainer_for_one_that_may_go_on() => Assert.Equal(("trainer_vanished", FailureKind.Transient), Of(null, ""));

    [Fact]
    public void Knows_a_full_disk_by_the_disk_when_the_message_could_not_be_written()
    {
        Assert.Equal(("disk_full", FailureKind.BadInput), Of(1, "", freeDisk: 0));
        Assert.Equal(("trainer_failed", FailureKind.Internal), Of(1, "", freeDisk: 1L << 30));
        Assert.Equal(("trainer_failed", FailureKind.Internal), Of(1, "", freeDisk: null));
    }

    [Fact]
    public void Knows_the_deadline_from_a_request_to_end() =>
        Assert.Equal(("time_limit", FailureKind.Budget), Of(143, "training\n\nfinetune-supervise: ended at the time limit of 01:00:00\n"));

    [Fact]
    public void Tells_what_to_change_when_the_loss_is_no_number()
    {
        var failure = Verdicts.Of(new TrainerEnd(
            1, "Lower learning_rate, raise warmup_steps, or look for damaged weights in the base model.\nValueError: loss is nan at step 7; nothing was updated.\n", null));

        Assert.Equal(("loss_not_finite", FailureKind.BadInput), (failure.Code, failure.Kind));
        Assert.Contains("learning_rate", failure.Message);
    }

    [Fact]
    public void Adds_the_advice_that_stands_before_the_error()
    {
        var failure = Verdicts.Of(new TrainerEnd(1, "Unknown key learning_rte: did you mean learning_rate?\nUse one of the keys of train -h.\nValueError: Some keys are not used\n", null));

        Assert.Equal("Some keys are not used Use one of the keys of train -h.", failure.Message);
    }

    [Theory]
    [InlineData(134)]
    [InlineData(139)]
    public void Takes_a_crash_for_a_fault_of_ours(int exitCode) => Assert.Equal(("trainer_crashed", FailureKind.Internal), Of(exitCode, "GGML_ASSERT"));

    [Fact]
    public void Does_not_take_a_library_that_failed_for_bad_input() => Assert.Equal(("trainer_failed", FailureKind.Internal), Of(1, "RuntimeError: the native library gave up\n"));

    [Fact]
    public void Keeps_the_evidence_short()
    {
        var failure = Verdicts.Of(new TrainerEnd(1, string.Concat(Enumerable.Repeat(new string('x', 900) + "\n", 100)), null));

        Assert.InRange(failure.Evidence!.Length, 1, 2000);
    }

    private static (string Code, FailureKind Kind) Of(int? exitCode, string error, long? freeDisk = 1L << 40)
    {
        var failure = Verdicts.Of(new TrainerEnd(exitCode, error, freeDisk));
        return (failure.Code, failure.Kind);
    }
}
