using System.Globalization;
using System.Security.Cryptography;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Probes;
using FineTunePipeline.Storage;

namespace FineTunePipeline.Provisioning.Prepare.Checks;

/// <summary>Whether the work folder's disk takes what a job writes, keeps it, and is fast enough.</summary>
internal sealed class DiskChecks(PrepareOptions options, TimeProvider time)
{
    private const int WrittenBytes = 1 << 20;
    private const int SpeedMebibytes = 128;

    /// <summary>Model files, a merged model and GGUF files may lie side by side.</summary>
    private const int ModelCopies = 3;

    // Flushed, or it would tell how fast memory is.
    private const string SpeedScript = """
        f=$1/.finetune-speed-test
        dd if=/dev/zero of="$f" bs=1048576 count="$2" conv=fsync 2>&1
        code=$?
        rm -f -- "$f"
        exit "$code"
        """;

    public static async Task<Finding> WriteAsync(HostUnderTest test, CancellationToken cancellationToken)
    {
        var path = test.WorkFolder + "/.write-test";
        var bytes = RandomNumberGenerator.GetBytes(WrittenBytes);
        try
        {
            await test.Host.UploadAsync(new MemoryStream(bytes), path, cancellationToken);
            var there = await test.Host.HashAsync(path, cancellationToken);
            await test.Host.DeleteAsync(path, cancellationToken);
            return there == Convert.ToHexStringLower(SHA256.HashData(bytes))
                ? Finding.Good($"wrote and read {WrittenBytes >> 20} MiB in {test.WorkFolder}")
                : Finding.Bad($"{test.WorkFolder} gave other bytes back than were written: this disk is damaged");
        }
        catch (IOException exception) when (DiskSpace.IsFull(exception))
        {
            return Finding.Bad($"{test.WorkFolder}: the disk is full");
        }
        catch (UnauthorizedAccessException exception)
        {
            return Finding.Bad(exception.Message);
        }
        catch (IOException exception) when (exception is not IStageFault { IsContactLost: true })
        {
            // A host by SSH says why only in words.
            return Finding.Bad(exception.Message);
        }
    }

    public async Task<Finding> SpaceAsync(HostUnderTest test, CancellationToken cancellationToken)
    {
        // An archive and what is unpacked of it lie there together for a moment; the archive is less than half of it.
        var engines = (test.Package?.UnpackedBytes ?? 0) * 3 / 2;
        var needed = checked(Math.Max(options.MinimumFreeDiskBytes, ModelCopies * Math.Max(test.ModelBytes, test.Job?.ModelBytes ?? 0)) + engines);
        var result = await test.Host.RunAsync(
            new HostCommand { FileName = "df", Arguments = ["-Pk", test.WorkFolder], TimeLimit = options.ProbeTimeLimit }, cancellationToken);
        return DiskReport.FreeBytes(result.StandardOutput) is not { } free
            ? Finding.PutOff("unknown: df gave no answer")
            : Finding.Of(free >= needed, $"{Mebibytes(free)} free in {test.WorkFolder}, {Mebibytes(needed)} needed");
    }

    public async Task<Finding> SpeedAsync(HostUnderTest test, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var result = await test.AskAsync("speed", SpeedScript, cancellationToken, SpeedMebibytes.ToString(CultureInfo.InvariantCulture));
        if (result.ExitCode != 0)
        {
            return Finding.Bad($"{SpeedMebibytes} MiB could not be written: {result.StandardOutput.Trim()}");
        }

        // The way there and back is in it: a lower bound.
        var seconds = Math.Max(0.001, time.GetElapsedTime(began).TotalSeconds);
        var rate = (long)((SpeedMebibytes << 20) / seconds);
        return Finding.Of(
            rate >= options.MinimumDiskBytesPerSecond, $"writes at least {Mebibytes(rate)}/s, {Mebibytes(options.MinimumDiskBytesPerSecond)}/s needed");
    }

    private static string Mebibytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes >> 20} MiB");
}
