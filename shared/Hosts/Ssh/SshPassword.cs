namespace FineTunePipeline.Hosts.Ssh;

/// <summary>A password for a host, which never shows in text. Only Provisioning has one, to install our key (design: host contract).</summary>
public sealed class SshPassword(string value)
{
    internal string Value => value;

    public override string ToString() => "(password)";
}
