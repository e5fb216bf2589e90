using FineTunePipeline.Benchmarks.Gguf;

return args switch
{
    ["gguf", .. var rest] => await GgufBenchmark.RunAsync(rest),
    ["convert", var folder, var output, var type] => ConvertCommand.Run(folder, output, type),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: gguf --json FILE [--converter convert_hf_to_gguf.py --python COMMAND] [--work DIR] [--layers N] [--repeat N]");
    Console.Error.WriteLine("       convert MODEL_FOLDER OUT_FILE f32|f16|bf16|q8_0");
    return 2;
}
