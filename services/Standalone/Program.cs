using FineTunePipeline.Messaging;
using FineTunePipeline.Messaging.Data;
using FineTunePipeline.Messaging.Schema;
using FineTunePipeline.ServiceDefaults.Configuration;
using FineTunePipeline.ServiceDefaults.Home;
using FineTunePipeline.Standalone;
using FineTunePipeline.Standalone.Demo;
using Microsoft.Extensions.Options;

const string Usage = """
    finetune-standalone: all services, or some, in one process

      (nothing), serve [--urls http://127.0.0.1:8080]   serve the gateway until Ctrl-C
            [--services training,evaluation]                serve only these (on RabbitMQ: Bus:Transport, see .env.example)
      demo [--name Ada] [--author "Forge Lab"] [--json FILE] [--keep]
                                                        fine-tune, evaluate, convert and chat with the small model that is shipped
    """;

try
{
    return args switch
    {
        [] => await ServeCommand.RunAsync([]),
        ["serve", .. var rest] => await ServeCommand.RunAsync(rest),
        ["demo", .. var rest] => await DemoCommand.RunAsync(rest),
        ["help" or "--help" or "-h", ..] => Show(Console.Out, 0),
        [['-', ..], ..] => await ServeCommand.RunAsync(args),
        _ => Show(Console.Error, 2),
    };
}
catch (Exception exception) when (exception
    is DataHomeException or ConfigurationFileException or OptionsValidationException or StartException or ServiceListException
        or DatabaseTooNewException or DatabaseUnusableException or DemoException)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 1;
}

static int Show(TextWriter writer, int exitCode)
{
    writer.WriteLine(Usage);
    return exitCode;
}
