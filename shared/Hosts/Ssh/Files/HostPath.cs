namespace FineTunePipeline.Hosts.Ssh.Files;

/// <summary>Checks of paths on a POSIX host.</summary>
internal static class HostPath
{
    /// <exception cref="ArgumentException">It does not begin at the root.</exception>
    public static string Absolute(string path) =>
        path.StartsWith('/') ? path : throw new ArgumentException($"'{path}' is not an absolute path.", nameof(path));

    /// <exception cref="ArgumentException">It is not absolute, or deleting it would delete the whole disk.</exception>
    public static string Deletable(string path) =>
        Absolute(path).Split('/').Any(part => part is not ("" or "." or "..")) && !path.Split('/').Contains("..")
            ? path
            : throw new ArgumentException($"'{path}' is the root of a disk, or leads out of its folder.", nameof(path));

    /// <summary>The folder above, with a slash at its end.</summary>
    public static string Folder(string path) => path[..(path.LastIndexOf('/') + 1)];
}
