using System.Net.Http.Json;
using System.Text.Json;
using FineTunePipeline.Contracts;
using FineTunePipeline.Gateway.Apis;
using FineTunePipeline.IntegrationTests.Standalone;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Gateway;

/// <summary>A submit that is repeated with its <c>Idempotency-Key</c> begins one job.</summary>
public sealed class IdempotencyTests(GatewayHost gateway) : IClassFixture<GatewayHost>
{
    private readonly string _key = Guid.NewGuid().ToString();

    [Fact]
    public async Task The_same_key_and_body_give_the_first_answer_again()
    {
        var first = await SubmitAsync(_key, "one");

        Assert.Equal(first, await SubmitAsync(_key, "one"));

        Assert.Equal(1, await CountAsync("one"));
    }

    [Fact]
    public async Task The_same_key_with_another_body_is_refused()
    {
        await SubmitAsync(_key, "two");

        var (status, detail) = await GatewayHost.FaultAsync(await PostAsync(_key, "another two"));

        Assert.Equal(422, status);
        Assert.Contains("fresh key", detail, StringComparison.Ordinal);
        Assert.Equal(0, await CountAsync("another two"));
    }

    [Fact]
    public async Task Requests_with_one_key_that_come_together_begin_one_job()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => SubmitAsync(_key, "three")));

        Assert.Single(answers.Distinct());
        Assert.Equal(1, await CountAsync("three"));
    }

    [Fact]
    public async Task A_key_is_forgotten_after_a_day()
    {
        var first = await SubmitAsync(_key, "four");
        gateway.Time.Move(TimeSpan.FromHours(23.9));
        Assert.Equal(first, await SubmitAsync(_key, "four"));

        gateway.Time.Move(TimeSpan.FromHours(0.2));

        Assert.NotEqual(first, await SubmitAsync(_key, "four"));
    }

    [Fact]
    public async Task Other_keys_and_none_begin_jobs_of_their_own()
    {
        var answers = new[] { await SubmitAsync(_key, "five"), await SubmitAsync(_key + "+", "five"), await SubmitAsync(null, "five"), await SubmitAsync(null, "five") };

        Assert.Equal(4, answers.Distinct().Count());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(256)]
    public async Task A_key_without_a_sensible_length_is_refused(int length) =>
        Assert.Equal(400, (await GatewayHost.FaultAsync(await PostAsync(new string('k', length), "six"))).Status);

    private async Task<SubmittedJob> SubmitAsync(string? key, string name)
    {
        using var answer = await PostAsync(key, name);
        Assert.Equal(202, (int)answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<SubmittedJob>(ContractJson.Options))!;
    }

    private async Task<HttpResponseMessage> PostAsync(string? key, string name)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/jobs") { Content = GatewayHost.Job(SmallJob.Spec with { Name = name }) };
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        }

        return await gateway.Http.SendAsync(request);
    }

    private async Task<int> CountAsync(string name) => (await gateway.Http.GetFromJsonAsync<JsonElement>("/api/jobs?limit=200"))
        .GetProperty("jobs").EnumerateArray().Count(job => job.GetProperty("name").GetString() == name);
}
