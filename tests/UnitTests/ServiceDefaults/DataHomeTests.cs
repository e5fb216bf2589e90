using FineTunePipeline.ServiceDefaults.Home;
using FineTunePipeline.TestKit.Storage;
using Xunit;

namespace FineTunePipeline.UnitTests.ServiceDefaults;

public sealed class DataHomeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Processes_on_RabbitMQ_share_a_folder()
    {
        using var first = DataHome.Share(_folder.Path);
        using var second = DataHome.Share(_folder.Path);

        Assert.Equal(first.Folder, second.Folder);
    }

    [Fact]
    public void One_on_the_in_memory_transport_is_turned_away_from_a_shared_folder_until_the_last_has_left()
    {
        var first = DataHome.Share(_folder.Path);
        using (DataHome.Share(_folder.Path))
        {
            first.Dispose();
            var refused = Assert.Throws<DataHomeException>(() => DataHome.Lock(_folder.Path));

            Assert.StartsWith($"Processes on RabbitMQ already work in {_folder.Path}", refused.Message, StringComparison.Ordinal);
            Assert.Contains("Set Bus:Transport (FINETUNE__Bus__Transport) to rabbitmq", refused.Message, StringComparison.Ordinal);
        }

        DataHome.Lock(_folder.Path).Dispose();
    }

    [Fact]
    public void One_on_RabbitMQ_is_turned_away_from_a_folder_that_another_has_for_itself()
    {
        using (DataHome.Lock(_folder.Path))
        {
            var refused = Assert.Throws<DataHomeException>(() => DataHome.Share(_folder.Path));

            Assert.StartsWith($"A process on the in-memory transport works in {_folder.Path}, and has it for itself", refused.Message, StringComparison.Ordinal);
        }

        DataHome.Share(_folder.Path).Dispose();
    }

    [Fact]
    public void A_second_one_on_the_in_memory_transport_is_told_of_the_first()
    {
        using var first = DataHome.Lock(_folder.Path);

        var refused = Assert.Throws<DataHomeException>(() => DataHome.Lock(_folder.Path));

        Assert.StartsWith($"Another process already works in {_folder.Path}.", refused.Message, StringComparison.Ordinal);
    }
}
