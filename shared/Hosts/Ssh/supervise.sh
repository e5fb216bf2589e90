#!/bin/sh
# The supervisor of a rented host: keeps one command in one run folder (names of its files: RunFolder.cs; the twin for this computer: finetune-supervise).
#
#   sh supervise.sh start FOLDER SECONDS
#       Starts FOLDER/command.sh detached; it may run for SECONDS. Prints `started` once the run is on record.
#       Exit 3: the folder holds a run, alive or ended, or another start was faster. Exit 1: nothing was started; standard error says why.
#   sh supervise.sh look FOLDER
#       Prints `none`, `running HEARTBEAT`, `exited CODE HEARTBEAT` or `vanished HEARTBEAT`: seconds since 1970 by the host's clock, or `-`.
#   sh supervise.sh stop FOLDER SECONDS
#       SIGTERM, after SECONDS SIGKILL. Exit 0: nothing of the run lives, or will. Exit 1: it does not die.
#   sh supervise.sh watchdog FOLDER SECONDS LEASE-FILE LEASE
#       To be started as a run below FOLDER: after SECONDS it stops all other runs there, and then, if it is not empty, runs FINETUNE_WATCHDOG_LAST, which powers the
#       host off. It ends and does nothing once LEASE-FILE is gone or names another lease.
#
# Needs a POSIX sh and coreutils or busybox, Linux's /proc, hard links in FOLDER, and setsid (util-linux, busybox) or python3 in its place.
# No lock that could be left behind: the process that becomes the command links its own record to FOLDER/pid, which one process alone can do.
# A container that starts again keeps its kernel's boot id and counts its processes from 1 again, so that a boot is known by the start of process 1 as well.

GRACE=${FINETUNE_SUPERVISE_GRACE:-30}       # seconds from SIGTERM to SIGKILL at the time limit
FREE_MB=${FINETUNE_SUPERVISE_FREE_MB:-200}  # less than this free is worth a line
KILL_LIMIT=20                               # seconds in which a killed process must be gone
LATE="ended at the time limit"
newline='
'

fail() { echo "supervise.sh: $*" >&2; exit 1; }

# --- processes: a record is three lines, process id, start time in ticks since the boot, BOOT-ID/START-TIME-OF-PROCESS-1 -----------------------------

# Sets boot. What the system does not tell, or hides from us, is `-`.
boot_id() {
  { read -r boot </proc/sys/kernel/random/boot_id; } 2>/dev/null || boot=-
  stat_of 1 || started=-
  boot=$boot/$started
}

# Sets state, group and started. A name, in parentheses, may hold anything, newlines too: only what follows the last ")" is read.
stat_of() { # PID
  last=
  { while IFS= read -r line; do last=$line; done <"/proc/$1/stat"; } 2>/dev/null
  # shellcheck disable=SC2086 # numbers, to be split
  set -- ${last##*\)}
  state=${1-} group=${3-} started=${20-}
  [ -n "$started" ]
}

# A zombie runs no more code; where nobody reaps, it stays for ever.
is_live() { case $state in Z | X | x) return 1 ;; esac; }

record_of() { # PID: prints its record
  boot_id; stat_of "$1" && printf '%s\n' "$1" "$started" "$boot"
}

# Sets pid and recorded, if the record is of this boot. Process 1 is nobody's command, and 0 would be our own group.
read_record() { # FILE
  { { read -r pid && read -r recorded && read -r recorded_boot; } <"$1"; } 2>/dev/null || return 1
  boot_id; is_number "$pid" && [ "$pid" -gt 1 ] && [ "$recorded_boot" = "$boot" ]
}

same() { stat_of "$1" && [ "$started" = "$2" ] && is_live; } # PID START-TIME: is exactly this process alive?

alive() { read_record "$1" && same "$pid" "$recorded"; } # FILE

# Is the command, or anything that it left in its group, alive? The system gives its number to no process while the group has members, so a live
# process with that number and another start time is a stranger, and so is its group.
run_lives() {
  read_record pid || return 1
  if stat_of "$pid"; then
    [ "$started" = "$recorded" ] || return 1
    ! is_live || return 0
  fi
  for process in /proc/[0-9]*; do
    if stat_of "${process#/proc/}" && [ "$group" = "$pid" ] && is_live; then return 0; fi
  done
  return 1
}

signal() { # NAME: to the command and its group
  ! run_lives || kill -s "$1" -- "-$pid" 2>/dev/null
}

# Becomes COMMAND as the leader of a session of its own. To be called in a child: the leader of a group cannot.
own_session() { # COMMAND...
  if command -v setsid >/dev/null; then exec setsid "$@"; fi
  exec python3 -c 'import os, signal, sys; os.setsid(); signal.signal(signal.SIGPIPE, signal.SIG_DFL); os.execvp(sys.argv[1], sys.argv[1:])' "$@"
}

# --- time and files ------------------------------------------------------------------------------------------------------------------------------------

# Sets now, in seconds that no change of the clock touches. Without /proc/uptime the rounds of a loop are counted, which are longer than a second: late, never early.
tell_time() {
  rounds=$((${rounds:-0} + 1))
  if { read -r now _ </proc/uptime; } 2>/dev/null; then now=${now%%.*}; else now=$rounds; fi
}

is_number() { case $1 in '' | *[!0-9]* | 0?*) return 1 ;; esac; }

has_run() { [ -e pid ] || [ -e exit_code ]; }

# Processes that the machine killed for want of memory: that the count grew is the only sign of such an end. Another's may be taken for ours.
count_oom_kills() {
  oom_kills=0
  { while read -r name count; do if [ "$name" = oom_kill ]; then oom_kills=$count; fi; done </proc/vmstat; } 2>/dev/null
}

# Under what the command wrote itself, where it is looked for. A full disk costs the run this line.
say() { printf '\nfinetune-supervise: %s\n' "$*" >>stderr.log; }

# A disk that hangs must not keep the host from going off.
flush() {
  sync & flushing=$! tries=0
  stat_of "$flushing"; flush_start=$started
  while [ "$tries" -lt 60 ] && same "$flushing" "$flush_start"; do tries=$((tries + 1)); sleep 1; done
}

# --- start -------------------------------------------------------------------------------------------------------------------------------------------------

start() { # SECONDS
  is_number "$1" || fail "the time limit '$1' is not a number of seconds"
  [ $# -eq 1 ] || fail "$usage"
  if has_run; then exit 3; fi
  [ -r command.sh ] || fail "the folder holds no command.sh"
  stat_of $$ || fail "needs Linux's /proc"
  command -v setsid >/dev/null || command -v python3 >/dev/null || fail "needs setsid (package util-linux, or busybox) or python3"
  # The answer is what the supervisor and the process that becomes the command say before they let go of this pipe; their end is not waited for.
  answer=$(exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-; own_session sh "$self" supervise . "$1" 2>&1 </dev/null &)
  # The last line of it: a shell may have said before that it lacks a locale, or the like.
  case ${answer##*"$newline"} in
    started) echo started ;;
    taken) exit 3 ;;
    *) fail "${answer:-the start was cut off}" ;;
  esac
}

# The supervisor itself.
supervise() { # SECONDS
  # The disk may be full when the run ends: these bytes are overwritten in place then.
  result=".exit_code.$$"
  if ! { printf '%15s\n' '' >"$result" && (umask 077 && touch stdout.log stderr.log); }; then
    rm -f "$result"
    echo "the run folder cannot be written; is its disk full?"; exit 1
  fi
  me=$(record_of $$)
  own_session sh "$self" become . "$me" 3>&1 >>stdout.log 2>>stderr.log </dev/null &
  child=$!
  exec >/dev/null 2>&1
  stat_of "$child"; child_start=$started
  # A shutdown of the host asks us to end: the command is asked instead, and we stay until its exit code is written.
  asked=''; trap 'asked=1' TERM
  trap : HUP
  watch "$1"
  trap '' TERM
  wait "$child"; code=$?
  rm -f ".pid.$child" ".supervisor.$child"
  if read_record pid && [ "$pid" = "$child" ]; then finish "$code"; else rm -f "$result"; fi
}

# The process that becomes the command: it puts itself on record first, and looks whether it shall stop then; who stops it does that the other way round.
# What it will run is read before, so that a later start that is refused has not changed it; as an argument of sh it could be seen by everybody.
become() { # RECORD-OF-SUPERVISOR
  commands=$(cat command.sh 2>&3) || exit 125
  if ! { printf '%s\n' "$1" >".supervisor.$$" && record_of $$ >".pid.$$"; } 2>&3; then echo "the run cannot be put on record" >&3; exit 125; fi
  sync ".pid.$$" 2>/dev/null
  if ! problem=$(ln ".pid.$$" pid 2>&1); then
    if [ -e pid ]; then echo taken >&3; else echo "$problem" >&3; fi
    exit 125
  fi
  mv -f ".supervisor.$$" supervisor; rm -f ".pid.$$"; touch heartbeat
  # Nobody may be left to read it.
  (echo started >&3) 2>/dev/null
  exec 3>&-
  if [ -e stop ]; then exit 143; fi
  set --
  eval "$commands"
}

# Until the command is dead.
watch() { # SECONDS
  tell_time; count_oom_kills; began=$now oom_before=$oom_kills over='' low=''
  while same "$child" "$child_start"; do
    touch heartbeat
    watch_disk
    tell_time; late=$((now - began - $1))
    if [ "$late" -ge 0 ] && [ -z "$over" ]; then over=1 asked=1; fi
    if [ -n "$asked" ]; then asked=''; signal TERM; fi
    if [ "$late" -ge "$GRACE" ]; then signal KILL; fi
    sleep 1
  done
}

# One line when space gets short, and no other until there was enough again.
watch_disk() {
  space=$(stat -f -c '%a %S' .) || return 0
  free=$((${space% *} * ${space#* } / 1000000))
  if [ "$free" -ge $((FREE_MB + FREE_MB / 4)) ]; then low=''
  elif [ "$free" -lt "$FREE_MB" ] && [ -z "$low" ] && say "the disk of the run folder has only $free MB free"; then low=1; fi
}

finish() { # CODE
  # What the command left behind in its group must not go on writing into a run that is over.
  signal KILL
  count_oom_kills
  if [ -n "$over" ]; then say "$LATE"; flush
  elif [ "$1" -eq 137 ] && [ "$oom_kills" -gt "$oom_before" ]; then say "killed by the system, which was out of memory"; fi
  tries=0
  until write_exit_code "$1" || [ "$tries" -ge 60 ]; do tries=$((tries + 1)); touch heartbeat; sleep 1; done
}

write_exit_code() { # CODE: over the bytes that were reserved
  printf '%15s\n' "$1" 1<>"$result" || return 1
  sync "$result"
  mv -f "$result" exit_code
}

# --- look and stop -------------------------------------------------------------------------------------------------------------------------------------------

exit_code() { { read -r code <exit_code; } 2>/dev/null && is_number "$code"; }

look() {
  beat=$(stat -c %Y heartbeat 2>/dev/null) || beat=-
  if exit_code; then echo "exited $code $beat"
  elif [ ! -e pid ]; then echo none
  # A dead command with a live supervisor: its exit code is about to be written. Until the supervisor's record has its name, it has the command's number.
  elif alive pid || alive ".supervisor.${pid-}" || alive supervisor; then echo "running $beat"
  elif exit_code; then echo "exited $code $beat"
  else echo "vanished $beat"; fi
}

stop() { # SECONDS
  is_number "$1" || fail "the grace '$1' is not a number of seconds"
  # A start still under way sees this file and runs nothing. Without it, only a folder that has its run already can get none.
  [ -e exit_code ] || touch stop || [ -e pid ] || fail "the stop file cannot be written"
  tell_time; began=$now asked=''
  while run_lives || { [ -e pid ] && [ ! -e exit_code ] && alive supervisor; }; do
    tell_time; waited=$((now - began))
    if [ "$waited" -gt $(($1 + KILL_LIMIT)) ]; then fail "the run does not end (process $pid)"; fi
    if [ "$waited" -ge "$1" ]; then signal KILL
    elif [ -z "$asked" ]; then asked=1; signal TERM; fi
    sleep 0.2 2>/dev/null || sleep 1
  done
}

# --- the host's own deadline -----------------------------------------------------------------------------------------------------------------------------------

# A run like any other: who stops it has stopped the power-off too, at whatever point it is. The host's lease is asked for again before each step, so that a
# watchdog that was left behind can do nothing to who has the host by then.
watchdog() { # SECONDS LEASE-FILE LEASE
  is_number "$1" || fail "the time limit '$1' is not a number of seconds"
  [ $# -eq 3 ] || fail "$usage"
  off=${FINETUNE_WATCHDOG_LAST-}
  unset FINETUNE_WATCHDOG_LAST
  tell_time; began=$now
  while [ $((now - began)) -lt "$1" ]; do has_lease "$2" "$3"; sleep 1; tell_time; done
  has_lease "$2" "$3"
  journal "the time of lease $3 is up: all that it runs is stopped"
  # What does not end, as with a driver that hangs, must not keep the host on.
  find . -name command.sh | while IFS= read -r path; do (stop_other "${path%/*}"); done
  flush
  # A host that stays on costs money, so a failure is not the last word.
  for try in 1 2 3; do
    has_lease "$2" "$3"
    if [ -z "$off" ]; then return; fi
    journal "try $try: $off"
    said=$(cd / && sh -c "$off" 2>&1 </dev/null); code=$?
    journal "exit code $code${said:+: $said}"
    if [ "$code" -eq 0 ]; then return; fi
    sleep 10
  done
  return 1
}

# Goes on if the lease has the host. The file is renamed into its place, so one that is there and cannot be read says nothing.
has_lease() { # LEASE-FILE LEASE
  holder=
  if { read -r holder <"$1"; } 2>/dev/null; then [ "$holder" = "$2" ] || exit 0; else [ -e "$1" ] || exit 0; fi
}

stop_other() { # RUN-FOLDER
  cd "$1" || return
  if read_record pid && [ "$pid" = $$ ]; then return; fi
  stop "$GRACE"
}

journal() { printf '%s %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$*"; }

main() {
  usage="usage: start FOLDER SECONDS | look FOLDER | stop FOLDER SECONDS | watchdog FOLDER SECONDS LEASE-FILE LEASE"
  [ $# -ge 2 ] || fail "$usage"
  verb=$1 folder=$2
  shift 2
  case $0 in /*) self=$0 ;; *) self=$PWD/$0 ;; esac
  # From here on all names are relative: nothing that a folder is called can do harm.
  case $folder in /*) ;; *) folder=./$folder ;; esac
  if [ ! -d "$folder" ]; then
    case $verb in look) echo none; exit ;; stop) exit ;; esac
  fi
  cd "$folder" || fail "cannot enter the folder"
  case $verb in
    start) start "$@" ;;
    look) look ;;
    stop) stop "$@" ;;
    watchdog) watchdog "$@" ;;
    supervise) supervise "$@" ;;
    become) become "$@" ;;
    *) fail "$usage" ;;
  esac
}

# Read to its end before anything runs: a new version of this file does not change a supervisor at work.
main "$@"; exit
