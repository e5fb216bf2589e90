using FineTunePipeline.Benchmarks.Gguf;
using FineTunePipeline.Benchmarks.Inflight;
using FineTunePipeline.Benchmarks.Overhead;
using FineTunePipeline.Benchmarks.Saga;
using FineTunePipeline.Benchmarks.Upload;

try
{
    return args switch
    {
        ["gguf", .. var rest] => await GgufBenchmark.RunAsync(rest),
        ["saga", .. var rest] => await SagaBenchmark.RunAsync(rest),
        ["saga-process", var part] => await SagaProcess.RunAsync(part),
        ["inflight", .. var rest] => await InflightBenchmark.RunAsync(rest),
        ["inflight-process", var part, .. var rest] => await InflightServices.ServeAsync(part, rest),
        ["upload", .. var rest] => await UploadBenchmark.RunAsync(rest),
        ["upload-line", var port, var milliseconds] => await LineProcess.RunAsync(port, milliseconds),
        ["overhead", .. var rest] => await OverheadBenchmark.RunAsync(rest),
        ["convert", var folder, var output, var type] => ConvertCommand.Run(folder, output, type),
        ["checkpoint", var folder] => Checkpoint(folder),
        _ => Usage(),
    };
}
catch (FormatException exception)
{
    Console.Error.WriteLine(exception.Message);
    return 2;
}

static int Checkpoint(string folder)
{
    SyntheticCheckpoint.Make(folder, layers: 24);
    return 0;
}

static int Usage()
{
    Console.Error.WriteLine("""
        gguf --json FILE [--converter convert_hf_to_gguf.py --python COMMAND [--chroot DIR]] [--engine PROGRAM] [--work DIR] [--layers N] [--repeat N]
                                         our GGUF converter against llama.cpp's
        saga --json FILE --rabbitmq URI [--postgres CONNECTION] [--python COMMAND] [--jobs N] [--only sqlite|postgres|celery]
                                         jobs of seven stages that do nothing, against Celery's chains of seven tasks
        saga-process orchestrator|stages  one process of that
        inflight --json FILE --rabbitmq URI [--jobs N] [--few N] [--look-every SECONDS] [--looks N]
                                         thousands of jobs in training on one control plane
        inflight-process SERVICE          one process of that
        upload --json FILE [--mb N] [--files N] [--far-files N] [--repeat N] [--round-trip-ms N] [--work DIR] [--memory DIR] [--only NAME,NAME]
                                         a large file and many small ones to a real sshd, against scp and rsync
        upload-line PORT MILLISECONDS    a line with latency to that port
        overhead --json FILE [--llamafactory PATH] [--steps N] [--repeat N]
                                         a training in a job on a host by SSH, against the same training alone there
        convert MODEL_FOLDER OUT TYPE    one conversion; TYPE: f32, f16, bf16, q8_0
        checkpoint FOLDER                keeps the benchmark's 1 GB checkpoint there
        """);
    return 2;
}
