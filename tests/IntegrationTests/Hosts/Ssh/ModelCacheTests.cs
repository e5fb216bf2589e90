using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Provision;
using FineTunePipeline.Provisioning.Prepare;
using Microsoft.Extensions.Options;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Hosts.Ssh;

/// <summary>Base models that stay on a host, by size, with the shell of a real one.</summary>
public sealed class ModelCacheTests : SshServerFixture
{
    private const int MiB = 1 << 20;

    [Theory]
    [InlineData(1, "abcd")]
    [InlineData(3, "acd")]
    [InlineData(6, "ad")]
    [InlineData(100, "a")]
    public async Task What_was_not_used_for_longest_goes_first_and_only_what_is_ours(int wantedMiB, string left)
    {
        // From the newest to the oldest; a is the model that is wanted.
        foreach (var (name, minutes) in (ReadOnlySpan<(char, int)>)[('d', 1), ('c', 2), ('b', 3)])
        {
            Write(Digest(name), minutes);
        }

        Write("not-a-model", 9);
        var host = new HostReference { Kind = "ssh", Address = Server.Endpoint.ToString(), WorkFolder = Work + "/lease", SharedFolder = Work };
        var cache = new ModelCache(Options.Create(new PrepareOptions { ModelCacheBytes = 8L * MiB }));
        var wanted = new ArtifactReference(Digest('a'), 1);

        await cache.MakeRoomAsync(Connect(), host, wanted, (long)wantedMiB * MiB, default);

        Assert.True(Directory.Exists(ModelCache.FolderOf(host, wanted)));
        var there = Directory.GetDirectories(Root).Select(Path.GetFileName).Order();
        Assert.Equal([.. left.Select(Digest), "not-a-model"], there);
    }

    private string Root => Work + "/.finetune/models";

    private static string Digest(char digit) => new(digit, 64);

    /// <summary>A folder of two MiB that was last used some minutes ago.</summary>
    private void Write(string name, int minutes)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Root, name));
        File.WriteAllBytes(Path.Combine(folder.FullName, "model.safetensors"), new byte[(2 * MiB) - 8192]);
        folder.LastWriteTimeUtc = TimeProvider.System.GetUtcNow().AddMinutes(-minutes).UtcDateTime;
    }
}
