using System.Text.RegularExpressions;
using FineTunePipeline.Hosts.Runs;
using FineTunePipeline.Provisioning.Prepare.Checks;

namespace FineTunePipeline.Provisioning.Prepare.Trainers.LlamaFactory;

/// <summary>Why an installation failed, in a sentence that says what to change. Words of pip 23 to 26 and of Python's venv.</summary>
internal static partial class LlamaFactoryInstallFault
{
    private const int ShownWheels = 2;

    public static Finding Of(RunEnd end, LlamaFactoryOptions options, LlamaFactoryRecipe recipe, TimeSpan limit)
    {
        var said = end.ErrorTail;
        var (sentence, isUsers) = end switch
        {
            { HitTimeLimit: true } => ($"LLaMA-Factory was not installed within {limit} (Prepare:TrainerInstallTimeLimit): name a faster mirror (LlamaFactory:IndexUrl), or give its wheels (LlamaFactory:Install offline)", false),
            _ when said.Contains("No space left on device", StringComparison.Ordinal) => ("the disk is full; LLaMA-Factory with PyTorch takes about 10 GB while it is installed: free space there, or set another folder (finetune hosts update NAME --folder FOLDER)", false),
            { ExitCode: LlamaFactoryInstallScript.NoPython } => ($"there is no Python 3.11, 3.12 or 3.13, and none of a conda, on which LLaMA-Factory runs ({Told(said, "no Python at all")}): take an image that has one", false),
            { ExitCode: LlamaFactoryInstallScript.NoVenv } => ($"its Python cannot make an environment ({Told(said, "python3 -m venv failed")}): install venv there (Debian and Ubuntu: apt-get install python3-venv)", false),
            { ExitCode: LlamaFactoryInstallScript.PipFailed } => OfPip(said, options, recipe),
            { ExitCode: LlamaFactoryInstallScript.DoesNotStart } => ($"LLaMA-Factory {options.Version} was installed and does not start: {LastLine(end)}", false),
            _ => ($"LLaMA-Factory could not be installed (exit code {end.ExitCode}): {LastLine(end)}", false),
        };
        return isUsers ? Finding.UsersFault(sentence, said) : Finding.Bad(sentence, said);
    }

    private static (string Sentence, bool IsUsers) OfPip(string said, LlamaFactoryOptions options, LlamaFactoryRecipe recipe)
    {
        if (NoContact().IsMatch(said))
        {
            return ($"the host does not reach {(options.IndexUrl.Length > 0 ? "the index of LlamaFactory:IndexUrl" : "the package index of its pip")}: name one that it reaches (LlamaFactory:IndexUrl), or give the wheels (LlamaFactory:Install offline)", false);
        }

        // A pinned version that is not there is a conflict, too, in the words of pip.
        var isConflict = Conflict().IsMatch(said);
        var isOffline = options.Install == LlamaFactoryOptions.Offline;
        var wanted = (isConflict ? Pinned() : NotFound()).Matches(said).LastOrDefault()?.Groups[1].Value.Trim();
        if (isConflict && (wanted is null || !isOffline))
        {
            return ("the versions do not go together, or one that is pinned is not there; which is in the log: choose another LlamaFactory:Version or IndexUrl, or an image with another PyTorch", false);
        }

        if (wanted is null)
        {
            return ($"pip ended with an error: {said.Split('\n').LastOrDefault(line => line.StartsWith("ERROR:", StringComparison.Ordinal))?[6..].Trim() ?? "see the log"}", false);
        }

        if (!isOffline)
        {
            return ($"the package index has no {wanted} for {Python(said)}: choose another LlamaFactory:Version or LlamaFactory:IndexUrl", false);
        }

        var there = recipe.Wheels.Where(wheel => wheel.Package == Wheel.Normal(PackageName().Match(wanted).Value)).Select(wheel => wheel.Name).ToList();
        return there.Count > 0
            ? ($"the wheels do not match: {wanted} is wanted for {Python(said)}, and {options.OfflineFolder} has {string.Join(", ", there.Take(ShownWheels))}", false)
            : ($"{options.OfflineFolder} has no wheel of {wanted}: fill it on a computer with the host's Python ({Python(said)}) by pip wheel, as docs/llamafactory.md says", true);
    }

    /// <summary>What the script said last of what it found.</summary>
    private static string Told(string said, string otherwise) => Words().Matches(said).LastOrDefault()?.Groups[1].Value is { Length: > 0 } words ? words : otherwise;

    private static string Python(string said) => Chosen().Match(said) is { Success: true } chosen ? $"Python {chosen.Groups[1].Value}" : "its Python";

    private static string LastLine(RunEnd end) => end.LastLine ?? "it wrote nothing";

    [GeneratedRegex("^finetune: (.*)$", RegexOptions.Multiline)]
    private static partial Regex Words();

    [GeneratedRegex(@"^finetune: an environment of \S+ (\S+)", RegexOptions.Multiline)]
    private static partial Regex Chosen();

    [GeneratedRegex("NewConnectionError|ConnectTimeoutError|ReadTimeoutError|Read timed out|Network is unreachable|name resolution|Name or service not known|ProxyError|SSLError|Connection refused|Connection reset|404 Client Error")]
    private static partial Regex NoContact();

    [GeneratedRegex("ResolutionImpossible|conflicting dependencies|The conflict is caused by")]
    private static partial Regex Conflict();

    [GeneratedRegex(@"\(constraint\) (\S+)")]
    private static partial Regex Pinned();

    [GeneratedRegex("^ERROR: No matching distribution found for (.*)$", RegexOptions.Multiline)]
    private static partial Regex NotFound();

    [GeneratedRegex("^[A-Za-z0-9._-]*[A-Za-z0-9]")]
    private static partial Regex PackageName();
}
