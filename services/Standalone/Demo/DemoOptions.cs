namespace FineTunePipeline.Standalone.Demo;

/// <summary>What was asked on the command line of <c>demo</c>.</summary>
internal sealed record DemoOptions
{
    public string Name { get; init; } = "Ada";

    public string Author { get; init; } = "Forge Lab";

    /// <summary>File for the result as JSON; null for none.</summary>
    public string? Json { get; init; }

    /// <summary>Leave the model server running.</summary>
    public bool Keep { get; init; }

    /// <summary>On two rented hosts, one of which is taken in the middle.</summary>
    public bool Rented { get; init; }

    public static DemoOptions Parse(string[] args)
    {
        var options = new DemoOptions();
        for (var index = 0; index < args.Length; index++)
        {
            string Value() => ++index < args.Length ? args[index] : throw new DemoException($"{args[index - 1]} needs a value.");
            options = args[index] switch
            {
                "--name" => options with { Name = Value() },
                "--author" => options with { Author = Value() },
                "--json" => options with { Json = Path.GetFullPath(Value()) },
                "--keep" => options with { Keep = true },
                "--rented" => options with { Rented = true },
                var unknown => throw new DemoException($"demo does not know '{unknown}'. It takes --rented, --name NAME, --author AUTHOR, --json FILE and --keep."),
            };
        }

        if (string.IsNullOrWhiteSpace(options.Name) || string.IsNullOrWhiteSpace(options.Author))
        {
            throw new DemoException("--name and --author must not be empty.");
        }

        return options;
    }
}
