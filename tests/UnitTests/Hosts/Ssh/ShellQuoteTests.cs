using System.Diagnostics;
using CsCheck;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Ssh.Commands;
using Xunit;

namespace FineTunePipeline.UnitTests.Hosts.Ssh;

/// <summary>Against the real shells: what they hand to a program is what was meant.</summary>
public sealed class ShellQuoteTests
{
    private const int WordsPerShell = 400;

    private static readonly string[] Hard =
    [
        "", "-n", "-e", "--", "-", "'", "''", "\\", "\\'", "$HOME", "$(id)", "`id`", "!!", "a\nb\n", "\n", "* *", "🙂", "é", "~root", "%s", "#", "'\"'\"'",
    ];

    private static readonly Gen<string> Words = Gen.OneOf(
        Gen.String[Gen.Char["'\"\\$`!*?[]{}()<>|&;#~=%^-+,.:@/ \t\n\r\u0001\u001b\u007fazAZ09äß模🙂"[0..^2]], 0, 12],
        Gen.String[Gen.Char, 0, 12].Select(text => string.Concat(text.Where(letter => letter != '\0' && !char.IsSurrogate(letter)))),
        Gen.Int[0, Hard.Length - 1].Select(i => Hard[i]));

    public static TheoryData<string, string[]> Shells => new()
    {
        { "dash", [] },
        { "bash", [] },
        { "bash", ["--posix"] },
        { "busybox", ["ash"] },
    };

    [Theory]
    [MemberData(nameof(Shells))]
    public void A_shell_makes_the_same_word_of_it(string shell, string[] options)
    {
        Assert.SkipUnless(IsThere(shell), $"{shell} is not installed.");
        var words = Words.Array[WordsPerShell].Single();

        // printf of the shell itself ends each word by a zero byte, which no word has.
        var output = Run(shell, options, $"printf '%s\\000' {string.Join(' ', words.Select(ShellQuote.Quote))}\n");

        Assert.Equal(words, output.Split('\0')[..^1]);
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public void A_command_reaches_its_program_unchanged(string shell, string[] options)
    {
        Assert.SkipUnless(IsThere(shell), $"{shell} is not installed.");
        var words = Words.Array[WordsPerShell].Single();
        var command = new HostCommand
        {
            FileName = "env",
            Arguments = ["sh", "-c", "printf '%s\\000' \"$ODD\" \"${GONE-none}\" \"$PWD\" \"$@\"; exit 9", "sh", .. words],
            Environment = new Dictionary<string, string?> { ["ODD"] = words[0], ["GONE"] = null },
            WorkingDirectory = "/usr",
        };

        foreach (var script in (string[])[CommandScript.ToRun(command), CommandScript.ToStart(command)])
        {
            var output = Run(shell, options, "GONE=there; export GONE\n" + script, exitCode: 9);

            Assert.Equal([words[0], "none", "/usr", .. words], output.Split('\0')[..^1]);
        }
    }

    [Fact]
    public void Refuses_what_no_program_can_be_given()
    {
        // Not as data of a theory: half a surrogate pair does not come through it.
        foreach (var text in (string[])["a\0b", "\ud83d", "\ude42 x"])
        {
            Assert.Throws<ArgumentException>(() => ShellQuote.Quote(text));
        }
    }

    [Theory]
    [InlineData("A=B")]
    [InlineData("1A")]
    [InlineData("A B")]
    [InlineData("")]
    [InlineData("A;reboot")]
    public void Refuses_a_variable_that_no_shell_can_name(string name) => Assert.Throws<ArgumentException>(() =>
        CommandScript.ToRun(new HostCommand { FileName = "env", Environment = new Dictionary<string, string?> { [name] = "x" } }));

    [Theory]
    [InlineData("")]
    [InlineData("-c")]
    public void Refuses_a_program_that_a_shell_takes_for_an_option(string name) => Assert.Throws<ArgumentException>(() => CommandScript.ToStart(new HostCommand { FileName = name }));

    [Fact]
    public void Refuses_a_relative_working_folder() =>
        Assert.Throws<ArgumentException>(() => CommandScript.ToStart(new HostCommand { FileName = "ls", WorkingDirectory = "work" }));

    private static bool IsThere(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));

    private static string Run(string shell, string[] options, string script, int exitCode = 0)
    {
        using var process = Process.Start(new ProcessStartInfo(shell, options) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(script);
        process.StandardInput.Close();
        process.WaitForExit();
        Assert.Equal((exitCode, ""), (process.ExitCode, error.GetAwaiter().GetResult()));
        return output.GetAwaiter().GetResult();
    }
}
