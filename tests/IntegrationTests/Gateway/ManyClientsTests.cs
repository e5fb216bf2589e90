using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Train;
using FineTunePipeline.Gateway.Apis;
using FineTunePipeline.IntegrationTests.Standalone;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Gateway;

/// <summary>Clients that come all at once, do not read, or go in the middle of a word.</summary>
public sealed class ManyClientsTests(GatewayHost gateway) : IClassFixture<GatewayHost>
{
    [Fact]
    public async Task A_thousand_submits_at_once_are_all_taken_in_each_key_once()
    {
        const int Keys = 500;
        var ids = await Task.WhenAll(Enumerable.Range(0, 2 * Keys).Select(async number =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/jobs") { Content = GatewayHost.Job(SmallJob.Spec) };
            request.Headers.Add("Idempotency-Key", $"thousand-{number % Keys}");
            using var answer = await gateway.Http.SendAsync(request);
            Assert.Equal(202, (int)answer.StatusCode);
            return (Key: number % Keys, (await answer.Content.ReadFromJsonAsync<SubmittedJob>(ContractJson.Options))!.Id);
        }));

        Assert.All(ids.GroupBy(id => id.Key), ofOneKey => Assert.Single(ofOneKey.Select(id => id.Id).Distinct()));
        Assert.Equal(Keys, ids.Select(id => id.Id).Distinct().Count());
        foreach (var (_, id) in ids)
        {
            Assert.Equal("queued", (await gateway.Http.GetFromJsonAsync<JsonElement>($"/api/jobs/{id}")).GetProperty("state").GetString());
        }
    }

    [Fact]
    public async Task A_reader_of_events_that_does_not_read_holds_up_nobody_and_misses_none()
    {
        const int Steps = 2000;
        var jobId = await gateway.SubmitAsync();
        using var slow = await gateway.Http.GetAsync($"/api/jobs/{jobId}/events", HttpCompletionOption.ResponseHeadersRead);
        await using var unread = await slow.Content.ReadAsStreamAsync();

        for (var step = 1; step <= Steps; step++)
        {
            await gateway.PublishAsync(new TrainingProgressed { JobId = jobId, Attempt = step, Step = 1, TotalSteps = Steps, Loss = 1, At = gateway.Time.GetUtcNow() });
        }

        await EventsAsync(gateway.Http.GetStreamAsync($"/api/jobs/{jobId}/events"), until: Steps);
        await gateway.PublishAsync(gateway.Succeeded(jobId));

        var numbers = await EventsAsync(Task.FromResult(unread), until: Steps + 1);
        Assert.Equal(Enumerable.Range(1, Steps + 1), numbers);
    }

    [Fact]
    public async Task An_upload_that_is_cut_in_the_middle_leaves_nothing_behind()
    {
        var bytes = RandomNumberGenerator.GetBytes(1 << 20);
        using (var client = new TcpClient())
        {
            await client.ConnectAsync(gateway.Http.BaseAddress!.Host, gateway.Http.BaseAddress.Port);
            var head = $"POST /api/artifacts HTTP/1.1\r\nHost: test\r\nContent-Type: application/octet-stream\r\nContent-Length: {bytes.Length}\r\n\r\n";
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head));
            await client.GetStream().WriteAsync(bytes.AsMemory(0, bytes.Length / 2));
            await GatewayCalls.UntilAsync(() => Task.FromResult(gateway.Incoming().Any()), () => "nothing came in");
        }

        await GatewayCalls.UntilAsync(() => Task.FromResult(!gateway.Incoming().Any()), () => $"left: {string.Join(", ", gateway.Incoming())}");
        using var head2 = await gateway.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, $"/api/artifacts/{Convert.ToHexStringLower(SHA256.HashData(bytes))}"));
        Assert.Equal(404, (int)head2.StatusCode);
        await gateway.UploadAsync(bytes);
    }

    /// <summary>Numbers of a stream's events, up to one or to its end.</summary>
    private static async Task<List<int>> EventsAsync(Task<Stream> stream, int until)
    {
        var numbers = new List<int>();
        await foreach (var item in SseParser.Create(await stream).EnumerateAsync().Where(item => item.EventId is not null))
        {
            numbers.Add(int.Parse(item.EventId!, System.Globalization.CultureInfo.InvariantCulture));
            if (numbers[^1] == until)
            {
                break;
            }
        }

        return numbers;
    }
}
