using FineTunePipeline.Messaging;
using FineTunePipeline.ServiceDefaults.Home;

namespace FineTunePipeline.ServiceDefaults.Serving;

/// <summary>A process that holds services, as its program asks for it.</summary>
public sealed record ServicePlan
{
    /// <summary>The services that the program has.</summary>
    public required IReadOnlyList<IServiceModule> Modules { get; init; }

    /// <summary>These are all there are: the program takes <c>--services</c>, and with all of them needs no broker.</summary>
    public bool IsWhole { get; init; }

    /// <summary>Command line settings, such as <c>--urls</c>.</summary>
    public string[] Arguments { get; init; } = [];

    /// <summary>The data home. Default: as <see cref="DataHome.DefaultFolder"/> says.</summary>
    public string Folder { get; init; } = DataHome.DefaultFolder();

    /// <summary>The transport, whatever is configured. Default: what is configured.</summary>
    public string? Transport { get; init; }

    /// <summary>Ctrl-C and SIGTERM end the process in order. False for a program that has its own answer to them. Default: true.</summary>
    public bool EndsBySignal { get; init; } = true;

    /// <summary>Where to listen if the settings do not say it. Default: where the first module with a usual address has it, else any free port of loopback.</summary>
    public string? Urls { get; init; }
}
