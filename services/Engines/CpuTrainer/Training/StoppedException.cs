namespace FineTunePipeline.CpuTrainer.Training;

/// <summary>The program was asked to stop, and has saved what is worth saving.</summary>
internal sealed class StoppedException(int exitCode) : Exception("Stopped by a signal.")
{
    public int ExitCode => exitCode;
}
