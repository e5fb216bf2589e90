namespace FineTunePipeline.Cli.Hosts;

/// <summary>What is run on a job's host by ssh: for a shell of its own, whatever the person's login shell there is.</summary>
internal static class HostScripts
{
    /// <summary>Prints a free port of the host's, one of those in <c>$2</c>, and then what it holds of the job whose folder is <c>$1</c>; nothing, if there is none.</summary>
    public const string Look = """
        cd "$1" 2>/dev/null || exit 0
        for port in $2; do
          hex=$(printf %04X "$port")
          if ! grep -qi ":$hex " /proc/net/tcp /proc/net/tcp6 2>/dev/null; then break; fi
        done
        echo "$port"
        cat job.json 2>/dev/null
        """;

    /// <summary>
    /// Runs something for a person, under the job: in a run folder in the job's own <c>$1</c>, named <c>$2</c>, so that it ends when the job gives the host back, at the
    /// latest after <c>$3</c> seconds. Standard input brings its lines up to one with a dot alone, and then a line every few seconds: when those end, or the
    /// connection does, it is ended too, and nothing of it is left. Prints <c>running</c> now and then, and last <c>gone</c> (the job is), or <c>ended CODE</c> and the file
    /// <c>$4</c> of its folder, or where that is not wanted or it failed, the end of its standard error.
    /// </summary>
    public const string Run = """
        job=$1 seconds=$3 result=$4
        supervise=$(ls -t "${job%/*}"/.finetune/supervise-*.sh 2>/dev/null | head -n 1)
        folder=$job/$2-$$
        if [ -z "$supervise" ] || ! mkdir "$folder" 2>/dev/null; then echo gone; exit; fi
        umask 077
        trap 'trap "" HUP INT TERM PIPE; sh "$supervise" stop "$folder" 5 </dev/null >/dev/null 2>&1; rm -rf -- "$folder"' EXIT
        trap 'exit 1' HUP INT TERM PIPE
        while IFS= read -r line && [ "$line" != . ]; do printf '%s\n' "$line"; done >"$folder/command.sh"
        : >"$folder/beat"
        sh "$supervise" start "$folder" "$seconds" </dev/null >/dev/null || exit
        while read -r beat && touch -c "$folder/beat" 2>/dev/null; do
          said=$(sh "$supervise" look "$folder" </dev/null)
          case $said in
            running*) echo running ;;
            exited*)
              code=${said#exited } code=${code%% *}
              [ -d "$folder" ] || break
              echo "ended $code"
              if [ "$code" = 0 ] && [ -n "$result" ]; then head -c 262144 "$folder/$result"; else tail -c 8192 "$folder/stderr.log"; fi
              exit ;;
            *) break ;;
          esac
        done
        echo gone
        """;

    /// <summary>Of the lines of a run, around its program, which has gone before with a <c>&amp;</c>: nobody may be left to end it, after a cut in the connection that the host does not see.</summary>
    public const string WhileWanted = """
        child=$!
        while kill -0 "$child" 2>/dev/null; do
          if [ -z "$(find beat -mmin -1 2>/dev/null)" ]; then echo 'nobody waits for it any more' >&2; kill "$child"; exit 75; fi
          sleep 1
        done
        wait "$child"
        """;
}
