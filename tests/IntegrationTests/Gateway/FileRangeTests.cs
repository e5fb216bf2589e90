using System.Text;
using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Jobs;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Gateway;

/// <summary>The files of a result come in parts, so that a cut download goes on.</summary>
public sealed class FileRangeTests(GatewayHost gateway) : IClassFixture<GatewayHost>
{
    private const string Text = "0123456789";

    [Theory]
    [InlineData("bytes=4-", 206, "456789")]
    [InlineData("bytes=0-3", 206, "0123")]
    [InlineData("bytes=-2", 206, "89")]
    [InlineData("bytes=10-", 416, null)]
    public async Task A_range_gives_that_part_of_a_file(string range, int status, string? expected)
    {
        var (address, digest) = await FileAsync();

        using var answer = await GetAsync(address, ("Range", range));

        Assert.Equal(status, (int)answer.StatusCode);
        if (expected is not null)
        {
            Assert.Equal(expected, await answer.Content.ReadAsStringAsync());
            Assert.Equal($"\"{digest}\"", answer.Headers.ETag!.Tag);
        }
    }

    [Fact]
    public async Task A_range_of_another_version_gives_the_whole_file()
    {
        var (address, digest) = await FileAsync();

        using var same = await GetAsync(address, ("Range", "bytes=4-"), ("If-Range", $"\"{digest}\""));
        using var other = await GetAsync(address, ("Range", "bytes=4-"), ("If-Range", "\"another\""));

        Assert.Equal((206, "456789"), ((int)same.StatusCode, await same.Content.ReadAsStringAsync()));
        Assert.Equal((200, Text), ((int)other.StatusCode, await other.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task An_empty_file_is_a_file()
    {
        var jobId = await gateway.SucceededAsync(new ResultFile("log", "empty.log", await gateway.UploadAsync([])));

        using var answer = await GetAsync($"/api/jobs/{jobId}/files/empty.log");

        Assert.Equal((200, ""), ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task A_file_that_the_store_has_lost_is_gone()
    {
        var jobId = await gateway.SucceededAsync(new ResultFile("log", "lost.log", new ArtifactReference(new string('0', 64), 1)));

        Assert.Equal(410, (await GatewayHost.FaultAsync(await GetAsync($"/api/jobs/{jobId}/files/lost.log"))).Status);
    }

    private async Task<(string Address, string Digest)> FileAsync()
    {
        var stored = await gateway.UploadAsync(Encoding.UTF8.GetBytes(Text));
        var jobId = await gateway.SucceededAsync(new ResultFile("log", "logs/a file.log", stored));
        return ($"/api/jobs/{jobId}/files/logs/a%20file.log", stored.Sha256);
    }

    private async Task<HttpResponseMessage> GetAsync(string address, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await gateway.Http.SendAsync(request);
    }
}
