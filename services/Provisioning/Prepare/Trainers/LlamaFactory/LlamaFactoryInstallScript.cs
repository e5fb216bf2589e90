namespace FineTunePipeline.Provisioning.Prepare.Trainers.LlamaFactory;

/// <summary>What installs LLaMA-Factory on a host. Its exit codes say what is missing there; everything that it and pip say goes to standard error.</summary>
internal static class LlamaFactoryInstallScript
{
    public const int NoPython = 67;
    public const int NoVenv = 68;
    public const int PipFailed = 69;
    public const int DoesNotStart = 70;

    /// <summary>Written last, below the folder of the settings: all of it is there. What it is made of is told in one line.</summary>
    public const string Done = "installed";

    /// <summary>Its own environment, below that folder. One cannot be moved: its programs name their Python by its path.</summary>
    public const string Environment = "env";

    /// <summary>What each Python says of itself: whether it will do, whether it can make environments, its version, the PyTorch that it has, with its companions.</summary>
    private const string Look = """
        import sys
        fit = (3, 11) <= sys.version_info[:2] <= (3, 13)
        try:
            import venv, ensurepip
        except ImportError:
            able = 0
        else:
            able = 1
        found = []
        if fit and sys.prefix == sys.base_prefix:
            from importlib import metadata
            for name in ("torch", "torchvision", "torchaudio"):
                try:
                    found.append(name + "==" + metadata.version(name))
                except metadata.PackageNotFoundError:
                    pass
            oldest = tuple(int(part) for part in sys.argv[1].split("."))
            have = found[0].split("==")[1].split("+")[0].split(".")[:2] if found and found[0].startswith("torch==") else None
            if not have or tuple(int(part) for part in have) < oldest:
                found = []
        print(int(fit), able, ".".join(map(str, sys.version_info[:3])), " ".join(found))
        """;

    // The lock goes with whoever holds it, pip itself included: what an attempt before left at work is waited for, and may have done all there is to do.
    // The host's own PyTorch goes with its driver, so that its Python is preferred, and pip may not bring another one.
    /// <summary>
    /// <c>$1</c>: folder for all settings, <c>$2</c>: name of these, <c>$3</c>: what pip is asked for, <c>$4</c> and <c>$5</c>: what it may not choose, in any case and
    /// without a PyTorch of the host's, <c>$6</c>: folder of wheels, or nothing.
    /// </summary>
    public const string Text = $$"""
        exec >&2
        look='{{Look}}'
        root=$1 folder=$1/$2
        unset PYTHONPATH PYTHONHOME PIP_TARGET PIP_PREFIX PIP_USER PIP_REQUIRE_VIRTUALENV PIP_CONSTRAINT PIP_REQUIREMENT
        export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_NO_COLOR=1
        seen= unable= python= torch= is=
        for each in python3 python3.13 python3.12 python3.11 "$HOME"/miniconda3/bin/python3 "$HOME"/anaconda3/bin/python3 /root/miniconda3/bin/python3 /opt/conda/bin/python3 \
          /opt/miniconda3/bin/python3 "$HOME"/miniconda3/envs/*/bin/python3 /root/miniconda3/envs/*/bin/python3 /opt/conda/envs/*/bin/python3; do
          each=$(command -v "$each") || continue
          said=$("$each" -c "$look" {{LlamaFactoryPins.OldestTorch}} 2>/dev/null) || continue
          fit=${said%% *} rest=${said#* }; able=${rest%% *} rest=${rest#* }; version=${rest%% *} has=${rest#* }
          seen="$seen, $each $version"
          if [ "$fit" = 0 ]; then continue; fi
          if [ "$able" = 0 ]; then unable=$each; continue; fi
          if [ -z "$python" ] || { [ -z "$torch" ] && [ -n "$has" ]; }; then python=$each torch=$has is=$version; fi
        done
        if [ -z "$python" ] && [ -n "$unable" ]; then echo "finetune: $unable"; exit 68; fi
        if [ -z "$python" ]; then echo "finetune: ${seen#, }"; exit 67; fi

        mkdir -p "$root" && exec 9>"$root/lock" || exit 1
        "$python" -c 'import fcntl; fcntl.flock(9, fcntl.LOCK_EX | fcntl.LOCK_NB)' 2>/dev/null || {
          echo "finetune: another installation is at work on this host, and is waited for"
          "$python" -c 'import fcntl; fcntl.flock(9, fcntl.LOCK_EX)' || exit 1
        }
        if [ -e "$folder/{{Done}}" ]; then exit 0; fi

        # Of other settings none is in use: one job at a time has a host.
        for each in "$root"/*; do
          case ${each##*/} in "$2" | *[!0-9a-f]*) ;; *) rm -rf -- "$each" ;; esac
        done
        rm -rf -- "$folder/{{Environment}}" "$folder/tmp"
        mkdir -p "$folder/tmp" || exit 1
        export TMPDIR="$folder/tmp" PIP_CACHE_DIR="$folder/cache"
        if [ -n "$torch" ]; then own=--system-site-packages; printf '%s\n' "$4" $torch; else own=; printf '%s\n' "$4" "$5"; fi >"$folder/constraints.txt" && printf '%s\n' "$3" >"$folder/requirements.txt" || exit 1
        echo "finetune: an environment of $python $is${torch:+ with its $torch}"
        # shellcheck disable=SC2086
        "$python" -m venv $own "$folder/{{Environment}}" || exit 68
        set -- "$6"
        if [ -n "$1" ]; then unset PIP_INDEX_URL PIP_EXTRA_INDEX_URL PIP_FIND_LINKS; set -- --no-index --find-links "$1"; else set --; fi
        "$folder/{{Environment}}/bin/python" -m pip install --progress-bar off --retries 5 --timeout 60 "$@" -r "$folder/requirements.txt" -c "$folder/constraints.txt" || exit 69

        # It starts its launcher by name, and must find one that runs on this environment.
        if [ -n "$torch" ] && [ ! -e "$folder/{{Environment}}/bin/torchrun" ]; then
          printf '#!/bin/sh\nexec "%s" -m torch.distributed.run "$@"\n' "$folder/{{Environment}}/bin/python" >"$folder/{{Environment}}/bin/torchrun" && chmod +x "$folder/{{Environment}}/bin/torchrun" || exit 1
        fi
        "$folder/{{Environment}}/bin/llamafactory-cli" version || exit 70
        rm -rf -- "$folder/tmp" "$folder/cache" "$folder/wheels"
        printf 'Python %s of %s%s\n' "$is" "$python" "${torch:+, and its $torch}" >"$folder/{{Done}}.new" && sync && mv -f "$folder/{{Done}}.new" "$folder/{{Done}}"
        """;
}
