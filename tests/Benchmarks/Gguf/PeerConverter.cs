namespace FineTunePipeline.Benchmarks.Gguf;

/// <summary>
/// llama.cpp's convert_hf_to_gguf.py, unchanged but for one method: it recognises pre-tokenizers by a hash of token ids, which no made-up vocabulary can
/// have, so a small Python file starts its <c>main</c> with that method answering "qwen2". Its work is otherwise the same.
/// </summary>
internal sealed class PeerConverter : Converter
{
    private const string Starter = """
        import importlib.util, sys
        path = sys.argv[1]
        spec = importlib.util.spec_from_file_location("convert_hf_to_gguf", path)
        module = importlib.util.module_from_spec(spec)
        sys.modules["convert_hf_to_gguf"] = module
        spec.loader.exec_module(module)
        owner = sys.modules.get("conversion.base", module)
        for name in ("TextModel", "Model"):
            if hasattr(owner, name):
                getattr(owner, name).get_vocab_base_pre = lambda self, tokenizer: "qwen2"
        sys.argv = [path] + sys.argv[2:]
        module.main()
        """;

    private readonly BenchmarkOptions _options;
    private readonly string _starterPath;

    public PeerConverter(BenchmarkOptions options, string folder)
    {
        _options = options;
        _starterPath = Path.Combine(folder, "start_converter.py");
        File.WriteAllText(_starterPath, Starter);
    }

    protected override IEnumerable<string> Command(string modelFolder, string output, string type) =>
    [
        .. _options.Python.Split(' ', StringSplitOptions.RemoveEmptyEntries),
        Seen(_starterPath), _options.Converter!, Seen(modelFolder), "--outtype", type, "--outfile", Seen(output),
    ];

    /// <summary>A path as the peer's command sees it.</summary>
    private string Seen(string path)
    {
        if (_options.PeerRoot is null)
        {
            return path;
        }

        var root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(_options.PeerRoot));
        return path.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? path[root.Length..]
            : throw new InvalidOperationException($"{path} is not below --chroot {root}; leave --work out or put it there");
    }
}
