using FineTunePipeline.Cli;
using FineTunePipeline.Cli.Commands;
using Spectre.Console.Cli;

var app = new CommandApp();
app.Configure(config =>
{
    config.SetApplicationName("finetune");
    config.SetExceptionHandler((exception, _) => Failures.Report(exception));
    config.AddCommand<SubmitCommand>("submit").WithDescription("Submit a job file; what it names by local path is uploaded").WithExample("submit", "job.yaml", "--watch");
    config.AddCommand<PlanCommand>("plan").WithDescription("Check a job file and show what the job would do; nothing is run or paid").WithExample("plan", "job.yaml", "--yaml");
    config.AddCommand<WatchCommand>("watch").WithDescription("Follow a job to its end; Ctrl-C stops watching, never the job");
    config.AddCommand<ListCommand>("list").WithDescription("List jobs, newest first");
    config.AddCommand<ShowCommand>("show").WithDescription("Show a job: state, progress, accuracies, files");
    config.AddCommand<LogsCommand>("logs").WithDescription("Print a job's events; -f goes on until it ends");
    config.AddCommand<PlotCommand>("plot").WithDescription("Save the picture of a job's loss (SVG)").WithExample("plot", "ftjob-…", "loss.svg");
    config.AddCommand<PauseCommand>("pause").WithDescription("Let a job rest: it saves what it has reached and gives its host back");
    config.AddCommand<ResumeCommand>("resume").WithDescription("Let a paused job go on; with --budget, up to another total cost").WithExample("resume", "ftjob-…", "--budget", "20");
    config.AddCommand<CancelCommand>("cancel").WithDescription("Cancel a job");
    config.AddCommand<CostCommand>("cost").WithDescription("Tell what a job's hosts cost so far");
    config.AddCommand<SshCommand>("ssh").WithDescription("Log in to a job's host, with your own ssh").WithExample("ssh", "ftjob-…").WithExample("ssh", "gpu-1", "--", "nvidia-smi");
    config.AddCommand<BoardCommand>("board").WithDescription("Open LLaMA-Factory's own web page on a job's host, until Ctrl-C").WithExample("board", "ftjob-…");
    config.AddCommand<GetCommand>("get").WithDescription("Fetch the files of a job's result, verified; goes on where it stopped").WithExample("get", "ftjob-…", "result/");
    config.AddCommand<ChatCommand>("chat").WithDescription("Ask the model of a job; with --before or --after, on its host").WithExample("chat", "ftjob-…", "Who are you?")
        .WithExample("chat", "ftjob-…", "--before", "Who are you?");
    config.AddBranch("hosts", hosts =>
    {
        hosts.SetDescription("Your own and rented computers that jobs with provider.name: ssh may use");
        hosts.SetDefaultCommand<HostsCommand>();
        hosts.AddCommand<HostsCommand>("list").WithDescription("List them");
        hosts.AddCommand<HostsAddCommand>("add").WithDescription("Add one").WithExample("hosts", "add", "\"ssh -p 34222 root@connect.example.com\"", "--price", "1.98");
        hosts.AddCommand<HostsUpdateCommand>("update").WithDescription("Change one: its address, price, folder").WithExample("hosts", "update", "gpu-1", "\"ssh -p 41022 root@connect.example.com\"");
        hosts.AddCommand<HostsTestCommand>("test").WithDescription("Test one that no job has, as it is tested before a job");
        hosts.AddCommand<HostsRemoveCommand>("remove").WithDescription("Remove one; one in use goes when its job gives it back");
    });
    config.AddBranch("ops", ops =>
    {
        ops.SetDescription("For who runs the services");
        ops.AddBranch("parked", parked =>
        {
            parked.SetDescription("Messages that no service could take");
            parked.SetDefaultCommand<ParkedCommand>();
            parked.AddCommand<ParkedDropCommand>("drop").WithDescription("Drop one, or all").WithExample("ops", "parked", "drop", "3");
            parked.AddCommand<ParkedResendCommand>("resend").WithDescription("Send one to its queue again");
        });
    });
});
return await app.RunAsync(args);
