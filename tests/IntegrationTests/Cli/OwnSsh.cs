using System.Runtime.Versioning;
using Xunit;
using TemporaryFolder = FineTunePipeline.TestKit.Storage.TemporaryFolder;

namespace FineTunePipeline.IntegrationTests.Cli;

/// <summary>A person's own OpenSSH client. It looks for its configuration in the home that the system knows; here it is given one, unless it shall read none.</summary>
[SupportedOSPlatform("linux")]
internal static class OwnSsh
{
    private const string Client = "/usr/bin/ssh";

    /// <summary>A configuration that logs in with this key, whatever the host's key is.</summary>
    public static string WithKey(string keyFile) => $"IdentityFile {keyFile}\nIdentitiesOnly yes\nStrictHostKeyChecking no\nUserKnownHostsFile /dev/null\nLogLevel ERROR\n";

    /// <returns>A PATH on which <c>ssh</c> has this configuration.</returns>
    public static string PathIn(TemporaryFolder folder, string configuration)
    {
        Assert.SkipWhen(!File.Exists(Client), "OpenSSH's client: `bash tests/run` installs it, and it is not here");
        var file = folder.Write("config", configuration);
        var program = folder.Write("bin/ssh", $"#!/bin/sh\ncase \" $* \" in *' -F none '*) exec {Client} \"$@\" ;; esac\nexec {Client} -F '{file}' \"$@\"\n");
        File.SetUnixFileMode(program, (UnixFileMode)0b111_101_101);
        return Path.GetDirectoryName(program) + ":" + Environment.GetEnvironmentVariable("PATH");
    }
}
