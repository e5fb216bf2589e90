using System.Net;
using System.Net.Sockets;
using FineTunePipeline.ModelTools.Running;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace FineTunePipeline.ModelTools.Serving;

/// <summary>Listens first, so that a taken port is known at once, and answers 503 until the model is loaded.</summary>
internal static class ModelServer
{
    private const int LargestBodyBytes = 16 * 1024 * 1024;

    /// <summary>Shorter than what supervisors usually wait between SIGTERM and SIGKILL.</summary>
    private static readonly TimeSpan ShutdownGrace = TimeSpan.FromSeconds(4);

    public static async Task RunAsync(ServeOptions options, EngineOutput output, CancellationToken cancellationToken)
    {
        await using var app = Build(options, output);
        await StartAsync(app, options, cancellationToken);
        var model = app.Services.GetRequiredService<ServedModel>();
        try
        {
            await model.LoadAsync(output, cancellationToken);
            output.Result(new
            {
                Ready = true,
                Port = PortOf(app),
                Pid = Environment.ProcessId,
                Model = options.Alias,
                Context = model.ContextTokens,
                options.Parallel,
            });
            await EndAsync(cancellationToken);
        }
        finally
        {
            // Running answers may end within the grace; new connections are refused from now on.
            using var grace = new CancellationTokenSource(ShutdownGrace);
            await app.StopAsync(grace.Token);
        }
    }

    private static WebApplication Build(ServeOptions options, EngineOutput output)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        builder.Configuration.Sources.Clear();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LargestBodyBytes;
            kestrel.Listen(AddressOf(options.Host), options.Port);
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownGrace);
        builder.Services.AddSingleton(options).AddSingleton(output).AddSingleton(TimeProvider.System).AddSingleton<ServedModel>();
        var app = builder.Build();
        app.UseMiddleware<OpenAiErrors>();
        app.MapModelApi();
        return app;
    }

    private static async Task StartAsync(WebApplication app, ServeOptions options, CancellationToken cancellationToken)
    {
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException)
        {
            throw new EngineException(
                "port_taken",
                ExitCodes.PortTaken,
                $"Port {options.Port} on {options.Host} is taken by another program: choose another with --port, or 0 for a free one.",
                exception);
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            throw new EngineException(
                "port_unusable", ExitCodes.PortTaken, $"Cannot listen on {options.Host}, port {options.Port}: {exception.Message}", exception);
        }
    }

    private static async Task EndAsync(CancellationToken cancellationToken)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellationToken.Register(ended.SetResult);
        await ended.Task;
    }

    private static IPAddress AddressOf(string host) => host switch
    {
        "localhost" => IPAddress.Loopback,
        "*" => IPAddress.Any,
        _ => IPAddress.TryParse(host, out var address)
            ? address
            : throw EngineException.Usage($"--host must be an IP address, localhost or * (all addresses), not '{host}'."),
    };

    private static int PortOf(WebApplication app)
    {
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        return BindingAddress.Parse(addresses.First()).Port;
    }
}
