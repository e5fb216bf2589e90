using System.ComponentModel.DataAnnotations;
using FineTunePipeline.Storage;

namespace FineTunePipeline.Hosts.Ssh;

/// <summary>How hosts are reached by SSH.</summary>
public sealed class SshOptions
{
    /// <summary>Configuration section: <c>FINETUNE__Ssh__…</c>.</summary>
    public const string Section = "Ssh";

    /// <summary>This installation's private key (OpenSSH or PEM format, without a passphrase). Default: <c>ssh_key</c> in <c>FINETUNE_HOME</c> (<c>~/.finetune</c>).</summary>
    [Required(AllowEmptyStrings = false, ErrorMessage = "Ssh:KeyFile is empty: set FINETUNE__Ssh__KeyFile to the private key with which hosts are logged in to.")]
    public string KeyFile { get; set; } = HomeFolder.At("ssh_key");

    /// <summary>For the TCP connection and the login together. Default 20 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>A connection on which the host was silent for this long is asked for a sign of life, while it is used and before it is used again. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan ProbeAfter { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>A host that is asked for a sign of life has this long to send a byte; then the connection is dead. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest time of a call that moves little: read, list, delete, look. Also how long a transfer may go without a byte. Default 2 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Longest time for the host to hash one file. Default 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan HashTimeout { get; set; } = TimeSpan.FromHours(1);

    /// <summary>A connection that nobody uses is closed after this. Default 60 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "1.00:00:00")]
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Most connections to one host; each costs three threads here. Default 4.</summary>
    [Range(1, 32)]
    public int MaxConnections { get; set; } = 4;

    /// <summary>Most calls at once over one connection. Default 8: OpenSSH allows 10 (<c>MaxSessions</c>), and two are kept for our own use.</summary>
    [Range(1, 100)]
    public int CallsPerConnection { get; set; } = 8;
}
