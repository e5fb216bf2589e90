using FineTunePipeline.Hosts;

namespace FineTunePipeline.Provisioning.Prepare.Trainers.LlamaFactory;

/// <summary>A package that pip installs without building it. Its name tells what it is of, and for which Python and system: <c>NAME-VERSION-PYTHON-ABI-PLATFORM.whl</c>.</summary>
internal sealed record Wheel(string Name, string Path, long Bytes, string Sha256)
{
    /// <summary>What it is of, as pip writes it in what it says.</summary>
    public string Package => Normal(Name.Split('-')[0]);

    /// <summary>One name for all ways in which a package's name is written.</summary>
    public static string Normal(string package) => package.Replace('_', '-').Replace('.', '-').ToLowerInvariant();

    /// <summary>For a folder on a host.</summary>
    public HostUpload To(string folder) => new() { Path = $"{folder}/{Name}", Bytes = Bytes, Sha256 = Sha256, OpenAsync = _ => Task.FromResult<Stream>(File.OpenRead(Path)) };
}
