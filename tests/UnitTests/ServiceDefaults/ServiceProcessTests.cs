using FineTunePipeline.Gateway;
using FineTunePipeline.Messaging;
using FineTunePipeline.Messaging.Bus;
using FineTunePipeline.Orchestrator;
using FineTunePipeline.ServiceDefaults.Home;
using FineTunePipeline.ServiceDefaults.Serving;
using FineTunePipeline.TestKit.Storage;
using FineTunePipeline.Training;
using Xunit;

namespace FineTunePipeline.UnitTests.ServiceDefaults;

public sealed class ServiceProcessTests : IDisposable
{
    private static readonly IReadOnlyList<IServiceModule> Modules = [new GatewayModule(), new OrchestratorModule(), new TrainingModule()];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void All_faults_are_told_in_one_message_each_with_what_to_set()
    {
        var file = _folder.At("a file");
        File.WriteAllText(file, "");

        Assert.Equal(
            $"""
            6 things keep this from starting:
            - nonsense cannot be served: it is no address. Set one such as --urls http://127.0.0.1:8081
            - Set RabbitMq:Port (FINETUNE__RabbitMq__Port) to a whole number: 'abc' is none.
            - Set Training:Concurrency (FINETUNE__Training__Concurrency) to a whole number: 'many' is none.
            - Set Training:LookEvery (FINETUNE__Training__LookEvery) to a time ([d.]hh:mm:ss): 'often' is none.
            - Set Gateway:MaxJobBytes (FINETUNE__Gateway__MaxJobBytes) to between 1 KiB and 64 MiB.
            - The folder {file} cannot be written: The file '{file}' already exists. Make it writable, or set FINETUNE__Database__Folder to another folder.
            """,
            Refused(
                "--urls=nonsense", "--Training:Concurrency=many", "--Training:LookEvery=often", "--RabbitMq:Port=abc",
                "--Gateway:MaxJobBytes=5", "--Database:Folder=" + file));
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_told_with_its_place_and_with_the_faults_beside_it()
    {
        File.WriteAllText(_folder.At("finetune.yaml"), "training:\n  concurrency: [1\n");

        var told = Refused("--RabbitMq:Port=abc").Split('\n');

        Assert.Equal(3, told.Length);
        Assert.StartsWith($"- {_folder.At("finetune.yaml")}, line 3, column 1: ", told[1], StringComparison.Ordinal);
        Assert.Equal("- Set RabbitMq:Port (FINETUNE__RabbitMq__Port) to a whole number: 'abc' is none.", told[2]);
    }

    [Theory]
    [InlineData("--Bus:Transport=rabbit", "Set Bus:Transport (FINETUNE__Bus__Transport) to in-memory (all services in one process) or rabbitmq.")]
    [InlineData("--Training=5", "Training is '5': it is a group of settings, such as Training:LookEvery.")]
    [InlineData("--Logging:LogLevel:Default=Loud", "Set Logging:LogLevel:Default (FINETUNE__Logging__LogLevel__Default) to one of Trace, Debug, Information, Warning, Error, Critical, None: 'Loud' is none.")]
    public void One_fault_is_its_own_sentence(string setting, string told) => Assert.Equal(told, Refused(setting));

    [Fact]
    public void A_program_of_one_service_needs_a_broker_and_leaves_the_folder_as_it_was()
    {
        var plan = new ServicePlan { Modules = [new TrainingModule()], Folder = _folder.At("home") };

        Assert.StartsWith("On the in-memory transport one process must hold all services", Refused(plan), StringComparison.Ordinal);

        DataHome.Lock(plan.Folder).Dispose();
    }

    [Fact]
    public async Task What_can_start_holds_the_folder_until_its_end()
    {
        var plan = new ServicePlan { Modules = Modules, IsWhole = true, Folder = _folder.Path, Transport = BusOptions.InMemory, Urls = "http://127.0.0.1:0" };
        await using (ServiceProcess.Make(plan))
        {
            Assert.StartsWith("Another process already works in", Refused(plan), StringComparison.Ordinal);
        }

        DataHome.Lock(_folder.Path).Dispose();
    }

    private static string Refused(ServicePlan plan) => Assert.Throws<StartException>(() => ServiceProcess.Make(plan)).Message;

    private string Refused(params string[] arguments) =>
        Refused(new ServicePlan { Modules = Modules, IsWhole = true, Arguments = arguments, Folder = _folder.Path, Urls = "http://127.0.0.1:0" });
}
