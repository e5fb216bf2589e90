using System.Text.Json;
using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Hosts;
using FineTunePipeline.Contracts.Provision;
using FineTunePipeline.Hosts.Ssh;

namespace FineTunePipeline.Provisioning.Data;

/// <summary>A host that a person has and lets jobs use.</summary>
internal sealed class HostRow
{
    /// <summary>Nothing is done when a job gives it back.</summary>
    public const string Keep = "keep";

    /// <summary>It is shut down when a job gives it back.</summary>
    public const string ShutDown = "shutdown";

    public required string Name { get; set; }

    /// <summary>As <see cref="SshEndpoint.ToString"/> writes it.</summary>
    public required string Address { get; set; }

    public decimal HourlyPrice { get; set; }

    public string Currency { get; set; } = "CNY";

    public string? Gpu { get; set; }

    /// <summary>What its owner wants for a folder; null: the default one.</summary>
    public string? WorkFolder { get; set; }

    /// <summary><see cref="Keep"/>, <see cref="ShutDown"/>, or a command for its shell.</summary>
    public string OnRelease { get; set; } = Keep;

    /// <summary>Password of the login, sealed (JSON of <see cref="Contracts.Secrets.SealedSecret"/>); null: there is none.</summary>
    public string? Password { get; set; }

    /// <summary>
    /// A command for the shell of this service's computer that says whether the host runs, sealed as <see cref="Password"/> is, for it may hold a token; null: there is
    /// none. A new address does not change it: providers give one at each start.
    /// </summary>
    public string? StatusCommand { get; set; }

    /// <summary>Grows with each change, also over a removal: it is the time in ms where that is larger. EF Core finds a change by somebody else by it.</summary>
    public long Version { get; set; }

    /// <summary>The lease that has it, whether lost or not; null: a job may take it.</summary>
    public string? LeaseId { get; set; }

    /// <summary>The job of that lease, or of the last one.</summary>
    public string? JobId { get; set; }

    /// <summary>
    /// The lease that had it when its owner gave it another address: is it the same computer, then what that lease left there is to be cleaned up. null: nothing is,
    /// or it is done.
    /// </summary>
    public string? FormerLeaseId { get; set; }

    /// <summary>Absolute folder on the host that outlives leases; set once a lease has moved in.</summary>
    public string? SharedFolder { get; set; }

    /// <summary>Fingerprint of the host key, pinned at the first visit to this address.</summary>
    public string? HostKey { get; set; }

    /// <summary>What is wrong with it, for people.</summary>
    public string? Fault { get; set; }

    /// <summary>Last time that it could not be used, ms since 1970: such a host is offered last.</summary>
    public long? FailedAtMs { get; set; }

    /// <summary>The lease was given up.</summary>
    public bool IsLost { get; set; }

    /// <summary>To be removed when its lease ends.</summary>
    public bool IsRemoving { get; set; }

    /// <summary>The last test that its owner asked for (JSON of <see cref="HostTest"/>); null: none.</summary>
    public string? Test { get; set; }

    /// <summary>A test is asked for, and has not ended: until then (ms since 1970) somebody does it, and later somebody else may. null: there is none.</summary>
    public long? TestUntilMs { get; set; }

    /// <summary><see cref="Test"/>, read.</summary>
    public HostTest? LastTest
    {
        get => Test is null ? null : JsonSerializer.Deserialize<HostTest>(Test, ContractJson.Options);
        set => Test = value is null ? null : JsonSerializer.Serialize(value, ContractJson.Options);
    }

    /// <summary>In <see cref="LeaseId"/>, while it is tested for its owner: no job may take it then.</summary>
    public string TestLease => "test-" + Name;

    /// <summary>It is tested for its owner.</summary>
    public bool IsUnderTest => LeaseId == TestLease;

    public bool IsFree => LeaseId is null && !IsRemoving;

    /// <summary>The lease has its folder there.</summary>
    public bool IsMovedIn => LeaseId is not null && SharedFolder is not null;

    /// <summary>A lease that had moved in is no longer there.</summary>
    public bool IsMovedOut => LeaseId is null && SharedFolder is not null;

    public HostState State => IsRemoving ? HostState.Removing : IsLost ? HostState.Lost : LeaseId is null ? HostState.Free : HostState.InUse;

    /// <summary><see cref="OnRelease"/> as a line for the host's shell; null: nothing is done.</summary>
    public static string? LastLine(string onRelease) => onRelease switch
    {
        Keep => null,
        ShutDown => "shutdown -h now || shutdown || poweroff",
        var line => line,
    };

    /// <summary>For who visits it before a lease has moved in: commands run, and no folder is known.</summary>
    public HostReference Door => SshEndpoint.Parse(Address).Reference(SharedFolder ?? "/");

    /// <summary>For the stages of the lease that has moved in.</summary>
    public HostReference Reference => SshEndpoint.Parse(Address).Reference($"{SharedFolder}/{LeaseId}") with { HostKey = HostKey, SharedFolder = SharedFolder, Gpu = Gpu };

    /// <summary>The event of a change that was just made, under a version of its own.</summary>
    public HostChanged Change(DateTimeOffset at, bool isRemoved = false) => new()
    {
        HostName = Name,
        Version = Version = Math.Max(Version + 1, at.ToUnixTimeMilliseconds()),
        State = isRemoved ? HostState.Removed : State,
        Address = Address,
        HourlyPrice = HourlyPrice,
        Currency = Currency,
        Gpu = Gpu,
        WorkFolder = WorkFolder,
        OnRelease = OnRelease,
        HasStatusCommand = StatusCommand is not null,
        JobId = IsUnderTest ? null : JobId,
        JobFolder = IsMovedIn && !IsUnderTest && !IsLost ? $"{Reference.WorkFolder}/{JobId}" : null,
        HostKey = HostKey,
        Fault = Fault,
        Test = LastTest,
        At = at,
    };
}
