using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Provision;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.Provisioning.Data;
using FineTunePipeline.Provisioning.Providers;
using FineTunePipeline.Provisioning.Providers.Ssh;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FineTunePipeline.UnitTests.Provisioning;

/// <summary>What the pool offers. What is done on a host itself is tested over a real server.</summary>
public sealed class SshProviderTests : IAsyncLifetime
{
    private readonly PoolBench _bench = new();

    private SshProvider Provider => _bench.Services.GetServices<IHostProvider>().OfType<SshProvider>().Single();

    public async ValueTask InitializeAsync() => await _bench.StartAsync();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task Offers_the_cheapest_host_that_is_free()
    {
        await _bench.AddAsync("dear", 3);
        await _bench.AddAsync("cheap", 1);
        await _bench.AddAsync("cheapest", 0.5m);
        await _bench.MoveInAsync("cheapest", "lease");

        Assert.Equal(new HostOffer(1, "CNY", "cheap"), await OfferAsync(cap: 5));
    }

    [Fact]
    public async Task Offers_one_that_failed_last()
    {
        await _bench.AddAsync("bad", 1);
        await _bench.AddAsync("good", 3);
        await _bench.Hosts.ChangeAsync("bad", row => (row.FailedAtMs = 1) is not null, default);

        Assert.Equal("good", (await OfferAsync(cap: 5))!.Id);
    }

    [Fact]
    public async Task Offers_what_the_budget_does_not_allow_only_when_there_is_nothing_else()
    {
        await _bench.AddAsync("dollars", 1, "USD");
        await _bench.AddAsync("yuan", 4);

        Assert.Equal("yuan", (await OfferAsync(cap: 5))!.Id);
        await _bench.MoveInAsync("yuan", "lease");
        Assert.Equal("USD", (await OfferAsync(cap: 5))!.Currency);
    }

    [Fact]
    public async Task Does_not_offer_what_another_job_has_just_chosen()
    {
        await _bench.AddAsync("cheap", 1);
        await _bench.AddAsync("dear", 3);
        await using (var database = _bench.Database())
        {
            var lease = _bench.Lease("lease", price: 1);
            lease.Offer = "cheap";
            database.Leases.Add(lease);
            await database.SaveChangesAsync();
        }

        Assert.Equal("dear", (await OfferAsync(cap: 5))!.Id);
    }

    [Fact]
    public async Task Has_nothing_to_offer_for_now_while_others_use_all_hosts()
    {
        await _bench.AddAsync("a");
        await _bench.MoveInAsync("a", "lease");

        Assert.Null(await OfferAsync(cap: 5));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Asks_for_a_person_when_no_host_can_ever_come_free(bool withLostHost)
    {
        if (withLostHost)
        {
            await _bench.AddAsync("a");
            await _bench.MoveInAsync("a", "lease", "ftjob-9");
            await _bench.Hosts.LoseAsync("a", "lease", "Silence.", default);
        }

        var none = await Assert.ThrowsAsync<ProviderException>(() => OfferAsync(cap: 5));

        Assert.Equal((FailureKind.Capacity, true), (none.Failure.Kind, none.Failure.NeedsPerson));
        Assert.Contains("finetune hosts add", none.Message, StringComparison.Ordinal);
        Assert.Equal(withLostHost, none.Message.Contains("a is lost. Is it there again under another address? finetune hosts update ftjob-9 \"ssh ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Does_not_offer_a_job_what_did_not_pass_its_test_until_its_owner_says_something_new()
    {
        await _bench.AddAsync("small");
        await _bench.MoveInAsync("small", "lease", "ftjob-9");
        await using (var database = _bench.Database())
        {
            var lease = await database.Leases.SingleAsync();
            (lease.Offer, lease.IsUnfit, lease.UnfitBecause) = ("small", true, "disk: 1 MiB free");
            await database.SaveChangesAsync();
        }

        await _bench.Hosts.LeaveAsync("lease", default);
        var leases = _bench.Services.GetRequiredService<LeaseTable>();
        var none = await Assert.ThrowsAsync<ProviderException>(() => OfferAsync(cap: 5, "small"));
        Assert.Contains("Not fit for this job: small (disk: 1 MiB free).", none.Message, StringComparison.Ordinal);
        Assert.Equal(new Dictionary<string, string> { ["small"] = "disk: 1 MiB free" }, await leases.UnfitOffersAsync("ftjob-9", default));

        await _bench.AddAsync("small", price: 1);

        Assert.Empty(await leases.UnfitOffersAsync("ftjob-9", default));
    }

    [Fact]
    public async Task A_job_that_needs_larger_cards_is_not_given_what_is_known_to_have_no_larger_ones()
    {
        await SeeCardsAsync("small", 24, "ftjob-1");
        await SeeCardsAsync("large", 48, "ftjob-2");
        var leases = _bench.Services.GetRequiredService<LeaseTable>();

        Assert.Equal(new Dictionary<string, long> { ["small"] = 24L << 30 }, await leases.SmallOffersAsync("ssh", 24L << 30, default));
        Assert.Empty(await leases.SmallOffersAsync("ssh", 20L << 30, default));
        Assert.Equal(["large", "small"], (await leases.SmallOffersAsync("ssh", 80L << 30, default)).Keys.Order());
        var none = StageFailures.Of(Stage.Provision, await Assert.ThrowsAnyAsync<Exception>(() => AcquireAsync("ssh", 80L << 30)));
        Assert.Equal(("no_host", true), (none.Code, none.NeedsPerson));
        Assert.Contains("Not fit for this job: large (its card has 48.0 GiB), small (its card has 24.0 GiB).", none.Message, StringComparison.Ordinal);

        // Its owner says something new of it: it may have another card.
        await _bench.AddAsync("small", price: 1);
        Assert.Empty(await leases.SmallOffersAsync("ssh", 24L << 30, default));
    }

    [Fact]
    public async Task This_computer_has_no_larger_cards_than_its_own()
    {
        var none = StageFailures.Of(Stage.Provision, await Assert.ThrowsAnyAsync<Exception>(() => AcquireAsync("local", 24L << 30)));

        Assert.Equal(("no_larger_host", FailureKind.BadInput), (none.Code, none.Kind));
    }

    private async Task SeeCardsAsync(string name, long gibibytes, string jobId)
    {
        await _bench.AddAsync(name);
        await _bench.MoveInAsync(name, "lease-" + name, jobId);
        await using (var database = _bench.Database())
        {
            (await database.Leases.SingleAsync(lease => lease.LeaseId == "lease-" + name)).Offer = name;
            await database.SaveChangesAsync();
        }

        var leases = _bench.Services.GetRequiredService<LeaseTable>();
        await leases.NoteCardsAsync("lease-" + name, gibibytes << 30, await _bench.ClaimAsync(Stage.Prepare, jobId), default);
        await _bench.Hosts.LeaveAsync("lease-" + name, default);
    }

    private async Task<IStageEvent> AcquireAsync(string provider, long moreCardBytesThan)
    {
        await using var scope = _bench.Services.CreateAsyncScope();
        var command = new AcquireHost
        {
            JobId = "ftjob-9",
            Attempt = 1,
            Provider = new ProviderSpec { Name = provider },
            Budget = new BudgetSpec { HourlyPriceCap = 5 },
            MoreCardBytesThan = moreCardBytesThan,
        };
        return await scope.ServiceProvider.GetRequiredService<IStageRunner<AcquireHost>>().RunAsync(command, await _bench.ClaimAsync(Stage.Provision, "ftjob-9"), default);
    }

    private Task<HostOffer?> OfferAsync(decimal cap, params string[] avoid) => Provider.OfferAsync(new HostRequest("ftjob-9", cap, "CNY", avoid.ToDictionary(name => name, _ => "disk: 1 MiB free")), default);
}
