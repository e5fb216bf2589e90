namespace FineTunePipeline.Hosts.Ssh.Commands;

/// <summary>Numbers of the signals that SSH knows by name. Source: RFC 4254 section 6.10 and signal(7), read 2026-11.</summary>
internal static class SignalNumber
{
    /// <summary>0 for a name that is none of these.</summary>
    public static int Of(string name) => name switch
    {
        "HUP" => 1,
        "INT" => 2,
        "QUIT" => 3,
        "ILL" => 4,
        "ABRT" => 6,
        "FPE" => 8,
        "KILL" => 9,
        "USR1" => 10,
        "SEGV" => 11,
        "USR2" => 12,
        "PIPE" => 13,
        "ALRM" => 14,
        "TERM" => 15,
        _ => 0,
    };
}
