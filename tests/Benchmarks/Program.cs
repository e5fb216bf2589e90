using FineTunePipeline.Benchmarks.Gguf;

return args switch
{
    ["gguf", .. var rest] => await GgufBenchmark.RunAsync(rest),
    ["convert", var folder, var output, var type] => ConvertCommand.Run(folder, output, type),
    ["checkpoint", var folder] => Checkpoint(folder),
    _ => Usage(),
};

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
        convert MODEL_FOLDER OUT TYPE    one conversion; TYPE: f32, f16, bf16, q8_0
        checkpoint FOLDER                keeps the benchmark's 1 GB checkpoint there
        """);
    return 2;
}
