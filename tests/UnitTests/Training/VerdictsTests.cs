using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.TestKit;
using FineTunePipeline.Training.Trainers;
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
    [InlineData("err_bad_yaml_key", 1, FailureKind.BadInput, "training_refused", "['learning_rte'] This LLaMA-Factory does not know them")]
    [InlineData("err_dataset_file_missing", 1, FailureKind.BadInput, "training_refused", "does_not_exist.json not found.")]
    [InlineData("err_eval_strategy_no_unquoted", 1, FailureKind.BadInput, "training_refused", "in quotes")]
    [InlineData("err_export_no_adapter", 1, FailureKind.BadInput, "training_refused", "adapter_config.json")]
    [InlineData("err_resume_ckpt_without_trainer_state", 1, FailureKind.BadInput, "training_refused", "trainer_state.json")]
    [InlineData("err_yaml_missing", 1, FailureKind.BadInput, "training_refused", "none.yaml")]
    [InlineData("err_yaml_syntax", 1, FailureKind.BadInput, "training_refused", "mapping values are not allowed here")]
    [InlineData("no_disable_version_check", 1, FailureKind.BadInput, "training_refused", "The host's libraries do not go with its LLaMA-Factory")]
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

    [Theory]
    [InlineData("ValueError: The dataset is not applicable in the current training stage.", "set stage to the one that its dataset_info.json is for")]
    [InlineData("RuntimeError: Cannot find sufficient samples, consider increasing dataset size.", "fill one block of hyperparameters.cutoff_len tokens")]
    [InlineData("RuntimeError: expected m1 and m2 to have the same dtype, but got: float != c10::BFloat16", "set bf16: true under llamafactory")]
    public void Says_what_to_change_of_the_stages_and_methods(string error, string advice)
    {
        var failure = Verdicts.Of(new TrainerEnd(1, error + "\n", FreeDiskBytes: 1L << 40));

        Assert.Equal(("training_refused", FailureKind.BadInput), (failure.Code, failure.Kind));
        Assert.Contains(advice, failure.Message);
    }

    [Theory]
    [InlineData("torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 23.64 GiB of which 512.00 MiB is free.")]
    [InlineData("[rank1]: torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.\nsubprocess.CalledProcessError: Command '['torchrun']' returned non-zero exit status 1.")]
    [InlineData("RuntimeError: CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`")]
    [InlineData("RuntimeError: [enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate 4096 bytes.")]
    [InlineData("Killed\n\nfinetune-supervise: killed by the system, which was out of memory")]
    public void Knows_want_of_memory_in_its_forms(string error) => Assert.Equal(("out_of_memory", FailureKind.OutOfMemory), Of(1, error + "\n"));

    [Fact]
    public void Of_several_processes_the_one_that_failed_is_told()
    {
        const string said = "[rank0]: ValueError: Template nope does not exist.\n"
            + "torch.distributed.elastic.multiprocessing.errors.ChildFailedError: \n"
            + "subprocess.CalledProcessError: Command '['torchrun', '--nnodes', '1']' returned non-zero exit status 1.\n";

        Assert.Equal("Template nope does not exist. Set template to auto, or to a name that this version of LLaMA-Factory knows.", Verdicts.Of(new TrainerEnd(1, said, null)).Message);
    }

    [Fact]
    public void A_process_among_several_that_was_killed_may_go_on() => Assert.Equal(
        ("trainer_killed", FailureKind.Transient),
        Of(1, "torch.distributed.elastic: Signal 9 (SIGKILL) received by PID 77\nsubprocess.CalledProcessError: Command '['torchrun']' returned non-zero exit status 1.\n"));

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
