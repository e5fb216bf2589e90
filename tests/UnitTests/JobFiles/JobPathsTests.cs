using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.JobFiles;
using Xunit;

namespace FineTunePipeline.UnitTests.JobFiles;

public sealed class JobPathsTests
{
    [Fact]
    public void A_model_on_the_host_is_no_path_of_this_computer()
    {
        var resolved = JobPaths.Resolve(new JobSpec { Model = "host:/root/model", Dataset = "d.json" }, "/jobs");

        Assert.Equal(("host:/root/model", Path.GetFullPath("/jobs/d.json")), (resolved.Model, resolved.Dataset));
    }

    [Theory]
    [InlineData("host:/root/autodl-tmp/model", "/root/autodl-tmp/model")]
    [InlineData(" host://models//a b/ ", "/models/a b")]
    [InlineData("host:/", null)]
    [InlineData("host:models", null)]
    [InlineData("host:/models/../etc", null)]
    [InlineData("host:/models\n/x", null)]
    [InlineData("/models", null)]
    public void The_folder_that_a_job_names_on_its_host_is_absolute(string model, string? folder) => Assert.Equal(folder, HostModel.FolderOf(model));
}
