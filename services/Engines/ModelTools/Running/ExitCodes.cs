namespace FineTunePipeline.ModelTools.Running;

/// <summary>What the program's end means; the table of services/Engines/README.md.</summary>
internal static class ExitCodes
{
    public const int Done = 0;
    public const int Unexpected = 1;
    public const int WrongUsage = 2;
    public const int BadInput = 3;
    public const int NotWritable = 4;
    public const int PortTaken = 5;
    public const int Interrupted = 130;
    public const int Terminated = 143;
}
