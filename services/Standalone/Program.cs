using FineTunePipeline.ServiceDefaults.Serving;
using FineTunePipeline.Standalone;
using FineTunePipeline.Standalone.Demo;

const string Usage = """
    finetune-standalone: all services, or some, in one process

      (nothing), serve [--urls http://127.0.0.1:8080]   serve the gateway until Ctrl-C
            [--services training,evaluation]                serve only these (on RabbitMQ: Bus:Transport, see .env.example)
      demo [--rented] [--name Ada] [--author "Forge Lab"] [--json FILE] [--keep]
                                                        fine-tune, evaluate, convert and chat with the small model that is shipped;
                                                        --rented: on two test hosts of this computer, one of which is taken in the middle
    """;

return await ServiceProgram.GuardAsync(() => args switch
{
    [] => ServeAsync([]),
    ["serve", .. var rest] => ServeAsync(rest),
    ["demo", .. var rest] => DemoCommand.RunAsync(rest),
    ["help" or "--help" or "-h", ..] => ShowAsync(Console.Out, 0),
    [['-', ..], ..] => ServeAsync(args),
    _ => ShowAsync(Console.Error, 2),
});

static Task<int> ServeAsync(string[] args) => ServiceProgram.ServeAsync(StandaloneHost.Plan(args));

static Task<int> ShowAsync(TextWriter writer, int exitCode)
{
    writer.WriteLine(Usage);
    return Task.FromResult(exitCode);
}
