using DotNet.Testcontainers.Builders;
using FineTunePipeline.TestKit.Storage;

namespace FineTunePipeline.TestKit.Ssh;

/// <summary>The image of a <see cref="ContainerHost"/>: the one that <c>tests/run</c> made of Debian's packages, else one that the engine builds from Debian's own.</summary>
internal static class ContainerHostImage
{
    private const string Tag = "localhost/finetune-host:tests";

    /// <summary>The same packages as <c>parts_image_host</c> in <c>tests/lib/parts.sh</c>.</summary>
    private const string Dockerfile = """
        FROM docker.io/library/debian:bookworm-slim
        RUN apt-get update && apt-get install -y --no-install-recommends openssh-server openssh-sftp-server procps libgomp1 libstdc++6 zlib1g && rm /etc/ssh/ssh_host_*
        """;

    private static readonly Lazy<Task<string>> Built = new(BuildAsync);

    public static Task<string> FindAsync() =>
        Environment.GetEnvironmentVariable("FINETUNE_TEST_CONTAINERS_HOST") is { } image ? Task.FromResult(image) : Built.Value;

    private static async Task<string> BuildAsync()
    {
        using var folder = new TemporaryFolder();
        folder.Write("Dockerfile", Dockerfile);
        await new ImageFromDockerfileBuilder().WithDockerfileDirectory(folder.Path).WithName(Tag).WithDeleteIfExists(false).WithCleanUp(false).Build().CreateAsync();
        return Tag;
    }
}
