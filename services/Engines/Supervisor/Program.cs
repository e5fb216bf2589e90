using System.Text.Json;
using FineTunePipeline.Contracts;
using FineTunePipeline.Hosts;
using FineTunePipeline.Supervisor;

// finetune-supervise RUN-FOLDER COMMAND.json
// Exit codes: 0 the run ended (its own code is in exit_code) · 2 wrong usage · 3 the folder already holds a run · 4 it could not be started.
if (args.Length != 2)
{
    Console.Error.WriteLine("usage: finetune-supervise RUN-FOLDER COMMAND.json");
    return 2;
}

try
{
    var command = JsonSerializer.Deserialize<HostCommand>(File.ReadAllText(args[1]), ContractJson.Options)
        ?? throw new JsonException("the file holds null");
    return await new Supervision(Path.GetFullPath(args[0]), command).RunAsync().ConfigureAwait(false);
}
catch (JsonException exception)
{
    Console.Error.WriteLine($"{args[1]} is not a command: {exception.Message}");
    return 2;
}
catch (IOException exception)
{
    Console.Error.WriteLine(exception.Message);
    return 4;
}
