# Processes that tests start by themselves, known by pid and start time, each the leader of a session of its own. Sourced by other scripts.
started() { awk '{sub(/.*\) /, ""); print $20}' "/proc/$1/stat" 2>/dev/null; } # PID -> its start time: a number that came back as another process has another

remember() { # FILE PID
  echo "$2 $(started "$2")" >"$1"
}

alive() { # FILE
  local pid start
  [ -e "$1" ] && read -r pid start <"$1" && [ -n "$start" ] && [ "$(started "$pid")" = "$start" ]
}

end_session() { # FILE SIGNAL: ends the process with all that it started in its session, and waits until they are over
  local pid start tries=0 left
  if alive "$1"; then
    read -r pid start <"$1"
    while left=$(pgrep -s "$pid" -r D,R,S,T); do
      # shellcheck disable=SC2086
      if [ "$tries" -eq 0 ]; then kill "-$2" $left 2>/dev/null; elif [ "$tries" -eq 100 ]; then kill -KILL $left 2>/dev/null; fi
      tries=$((tries + 1)); sleep 0.1
    done
  fi
  rm -f "$1"
}

free_port() { # below the range from which the kernel gives ports to clients
  local port
  while :; do
    port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
  done
}

secret() { od -An -N16 -tx1 /dev/urandom | tr -d ' \n'; }

install_packages() { # PACKAGE…: Debian's; one caller at a time, because two apt-get refuse each other
  (
    flock 9
    apt-get update -qq || true
    DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "$@" >/dev/null
  ) 9>/run/lock/finetune-packages.lock
}
