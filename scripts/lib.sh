# shellcheck shell=bash
# Helpers of scripts/setup, scripts/demo and scripts/test. Sourcing this file moves to the project's
# root; `begin` makes the folder for logs and takes the lock.
set -euo pipefail
export LC_ALL=C.UTF-8  # the tools' messages are searched for known causes: keep them in English
umask 022
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# The script that the user started: it alone speaks about what to run again.
: "${RIGHTSIZE_COMMAND:=$(basename "$0")}"
command_name=scripts/$RIGHTSIZE_COMMAND
ticker_pid=''
explained=''

# One line per argument.
say() { printf '%s\n' "$@"; }
warn() { printf 'Note: %s\n' "$*" >&2; }

# quit STATUS: ends after the cause has been told.
quit() {
  explained=1
  exit "$1"
}

# die TEXT...: one line per argument, then exit 1.
die() {
  printf 'Error: %s\n' "$1" >&2
  shift
  [ $# = 0 ] || printf '       %s\n' "$@" >&2
  quit 1
}

stop_ticker() {
  [ -n "$ticker_pid" ] || return 0
  kill "$ticker_pid" 2>/dev/null || true
  wait "$ticker_pid" 2>/dev/null || true
  ticker_pid=''
  [ ! -t 1 ] || printf '\r\033[K'
}

interrupted() {
  stop_ticker
  [ -n "${RIGHTSIZE_LOCKED_BY_PARENT:-}" ] ||
    printf '\nStopped. Run %s again: finished steps are kept.\n' "$command_name" >&2
  quit "$1"
}

# No silent end.
ended() {
  local status=$?
  stop_ticker
  [ "$status" = 0 ] || [ -n "$explained" ] ||
    printf 'Error: %s ended by a command that failed (exit %d).\n' "$0" "$status" >&2
}

# Two runs in one folder would write to the same files. The kernel frees the lock when the process
# ends, however it ends. A script that is called by another one inherits the lock.
take_lock() {
  [ -z "${RIGHTSIZE_LOCKED:-}" ] || {
    RIGHTSIZE_LOCKED_BY_PARENT=1
    return 0
  }
  exec 9>build/.setup.lock
  if ! flock -n 9; then
    say 'Another run is at work in this folder (or what it started still is): waiting for it to end.'
    flock 9
  fi
  export RIGHTSIZE_LOCKED=1 RIGHTSIZE_COMMAND
}

# One sign of life per second on a terminal, one line per minute elsewhere.
ticker() {
  local log=$1 start=$SECONDS last=$SECONDS line
  while sleep 1 >/dev/null 2>&1; do
    kill -0 $$ 2>/dev/null || exit 0
    [ -t 1 ] || [ $((SECONDS - last)) -ge 60 ] || continue
    last=$SECONDS
    # Printable ASCII alone: progress bars are drawn with more, and may be cut in the middle.
    line=$(tail -c 400 "$log" 2>/dev/null | tr '\r' '\n' | tr -cd '\n\40-\176' | grep -v '^ *$' |
      tail -n 1 | cut -c 1-70) || true
    if [ -t 1 ]; then
      printf '\r\033[K      %d s  %s' $((SECONDS - start)) "$line"
    else
      printf '      ... %d s: %s\n' $((SECONDS - start)) "$line"
    fi
  done
}

free_mb() { df -Pm "$1" | awk 'NR == 2 {print $4}'; }

# Says in plain words why a step failed, as far as its log tells.
explain() {
  local log=$1
  if [ "$(free_mb build)" -lt 50 ] ||
    grep -qiE 'no space left on device|not enough free space|disk quota exceeded|errno 28\b|the disk .* is full' "$log"; then
    say "The disk is full: free some space, then run $command_name again: finished steps are kept."
  elif grep -qiE 'do not match the hashes|hash sum mismatch|wrong checksum' "$log"; then
    say 'A downloaded file is not the one that was expected (wrong checksum), and was not used.' \
      "Run $command_name again; if it stays so, a proxy or mirror on the way changes files."
  elif grep -qiE 'temporary failure|could not resolve|name or service not known|failed to fetch|network is unreachable|connection (refused|reset|timed out|broken)|could not connect|unable to connect|urlopen error|newconnectionerror|from versions: none|registry reachable|max retries|timed out' "$log"; then
    say 'Cannot reach the package archives: check the network connection and the proxy, then run' \
      "$command_name again: finished steps are kept."
  elif grep -qE 'Could not get lock|Unable to acquire the dpkg' "$log"; then
    say "Another package manager is at work: wait until it has finished, then run $command_name again."
  elif grep -qE 'Killed signal terminated program|cannot allocate memory|MemoryError' "$log"; then
    say "The memory was used up: close other programs, or set RIGHTSIZE_JOBS=1, then run $command_name again."
  else
    say "If the cause is not on this machine, please report it with the log above; $command_name goes on where it stopped."
  fi
}

# run NAME COMMAND...: a noisy command; its words go to build/logs/NAME.log, the last of them to the
# terminal when it fails. A function given as COMMAND must chain its commands with && (errexit is off
# in it).
run() {
  local log=build/logs/$1.log status=0 start=$SECONDS
  shift
  : >"$log"
  ticker "$log" 9>&- &
  ticker_pid=$!
  "$@" >"$log" 2>&1 </dev/null || status=$?
  stop_ticker
  if [ "$status" != 0 ]; then
    {
      printf '      failed (exit %d). The last lines of %s:\n' "$status" "$log"
      tail -n 25 "$log" | sed 's/^/      | /'
      explain "$log"
    } >&2
    return 1
  fi
  [ $((SECONDS - start)) -lt 2 ] || printf '      done in %d s\n' $((SECONDS - start))
}

# g++ takes up to 0.7 GB for the files that read TOML or JSON: fewer at a time on a small machine.
jobs_for_memory() {
  local cores memory limit
  cores=$(nproc)
  memory=$(awk '/^MemAvailable/ {print int($2 / 1024)}' /proc/meminfo)
  limit=$(cat /sys/fs/cgroup/memory.max 2>/dev/null || echo max)
  if [ "$limit" != max ] && [ $((limit / 1048576)) -lt "$memory" ]; then
    memory=$((limit / 1048576))
  fi
  local jobs=$((memory / 1000))
  [ "$jobs" -le "$cores" ] || jobs=$cores
  [ "$jobs" -ge 1 ] || jobs=1
  echo "$jobs"
}

# Call it after the options have been read.
begin() {
  mkdir -p build/logs build/deps 2>/dev/null ||
    die "Cannot write to $PWD/build." 'Check the owner of the folder and the free space of its disk.'
  trap ended EXIT
  trap 'interrupted 130' INT
  trap 'interrupted 143' TERM
  trap 'interrupted 129' HUP
  take_lock
  jobs=${RIGHTSIZE_JOBS:-$(jobs_for_memory)}
  export CMAKE_BUILD_PARALLEL_LEVEL=$jobs CTEST_PARALLEL_LEVEL=$jobs
}
