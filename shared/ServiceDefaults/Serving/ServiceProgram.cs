#pragma warning disable RS0030 // The one place in which services speak to their terminal.
using FineTunePipeline.Messaging;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;

namespace FineTunePipeline.ServiceDefaults.Serving;

/// <summary>What every program of a service does: check, start, say where it listens, serve until it is told to end.</summary>
public static class ServiceProgram
{
    /// <summary>The program of one service.</summary>
    /// <returns>The exit code: 0 after an orderly stop, 1 if it cannot start.</returns>
    public static Task<int> RunAsync(string[] args, IServiceModule module)
    {
        if (args is ["--help" or "-h" or "help", ..])
        {
            Console.WriteLine($"""
                FineTunePipeline's service {module.Name}, in a process of its own (on RabbitMQ: Bus:Transport)

                  --urls http://127.0.0.1:8081   where to listen; default: {module.UsualUrl ?? "any free port of loopback"}

                Settings: finetune.yaml in FINETUNE_HOME, or environment variables FINETUNE__Section__Name; .env.example names every one.
                """);
            return Task.FromResult(0);
        }

        return GuardAsync(() => ServeAsync(new ServicePlan { Modules = [module], Arguments = args }));
    }

    /// <summary>Serves until Ctrl-C or SIGTERM.</summary>
    /// <exception cref="StartException">It cannot start.</exception>
    public static async Task<int> ServeAsync(ServicePlan plan)
    {
        await using var process = ServiceProcess.Make(plan);
        await process.App.StartAsync();
        var names = string.Join(", ", process.Modules.Select(module => module.Name));
        var what = plan.IsWhole && process.Modules.Count == plan.Modules.Count ? "" : $"services {names}, ";
        Console.WriteLine($"FineTunePipeline serves {string.Join(", ", process.App.Urls)} ({what}data in {process.Home.Folder}); Ctrl-C stops it");
        await process.App.WaitForShutdownAsync();
        return 0;
    }

    /// <summary>Runs a program; what a person can change is told in words and ends with 1, a fault of ours with its stack trace.</summary>
    public static async Task<int> GuardAsync(Func<Task<int>> run)
    {
        try
        {
            return await run();
        }
        catch (Exception exception) when (StartFaults.LinesOf(exception) is { } lines)
        {
            await Console.Error.WriteLineAsync(StartFaults.Text(lines));
            return 1;
        }
    }
}
