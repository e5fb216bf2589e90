#!/usr/bin/env bash
# chaos --jobs N --kills K --seed S [--database sqlite|postgres] [--json FILE]: kills processes and the broker while jobs run, and counts what was lost,
# done twice or left (docs/chaos.md).
# chaos hosts --jobs N --evictions E --seed S [--hosts H] [--trainer builtin|llamafactory] [--json FILE]: the same over a pool of H hosts that are reached by SSH, which are taken, cut off,
# frozen and started anew under their jobs.
# Everything of the run is in .tmp/chaos; it stays if something was violated.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source tests/lib/parts.sh
folder="$PWD/.tmp/chaos"; mkdir -p "$folder"
mode=(); if [ "${1-}" = hosts ]; then mode=(hosts); shift; fi
arguments=("$@")

leave() {
  local pid start
  if [ -e "$folder/run/pids" ]; then
    while read -r pid start; do
      if [ "$(started "$pid")" = "$start" ]; then kill -KILL "$pid"; fi
    done <"$folder/run/pids"
  fi
  parts_down
}
trap leave EXIT

for project in tests/Chaos tests/ChaosHook; do
  dotnet build "$project" -c Debug -v q -nologo >"$folder/build.log" 2>&1 || { tail -30 "$folder/build.log"; exit 1; }
done
wanted=rabbitmq; case " ${arguments[*]} " in *" postgres "*) wanted="rabbitmq postgres" ;; esac
PARTS_WANTED=$wanted parts_up "$folder/parts" "$folder/parts.log" yes
parts_wait
rm -rf "$folder/run"; mkdir -p "$folder/run"
tests/Chaos/bin/Debug/net10.0/FineTunePipeline.Chaos "${mode[@]}" --folder "$folder/run" "${arguments[@]}"
code=$?
if [ "$code" -eq 0 ]; then rm -rf "$folder/run"; else echo "Logs, databases and the journal are in $folder/run"; fi
exit "$code"
