# What the start scripts share; sourced by them. NAME.sh start|stop|kill DIR, NAME.sh version
#
# start returns once the broker answers on its port, 1 where it doesn't within a minute. stop asks it to end and waits;
# kill is SIGKILL. A start on a DIR that was used before is a restart with its data. The broker's data, its output (log)
# and its process id (pid) are in DIR, which belongs on a real disk. version tells the server's, in a line.
#
# Environment: VARIANT picks a setting where a broker has several; SERVERS is where ./setup unpacked servers;
# BROKER_JAVA_HOME the JDK of the Java brokers.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
verb=${1:-}
dir=${2:-}
[[ $verb == version || ($verb =~ ^(start|stop|kill)$ && -n $dir) ]] || {
  echo "usage: ${0##*/} start|stop|kill DIR, or ${0##*/} version" >&2
  exit 64
}
if [[ -n $dir ]]; then
  mkdir -p "$dir"
  dir=$(cd "$dir" && pwd)
fi
servers=${SERVERS:-$here/../target/servers}
variant=${VARIANT:-}
java=java
if [[ -n ${BROKER_JAVA_HOME:-} ]]; then
  java=$BROKER_JAVA_HOME/bin/java
  export JAVA_HOME=$BROKER_JAVA_HOME
fi
readonly start_limit_s=60 stop_limit_s=30 free_limit_s=10

# Runs a server as a process group of its own, so that a signal from the terminal isn't for it.
launch() {
  setsid "$@" >>"$dir/log" 2>&1 </dev/null &
  echo $! >"$dir/pid"
}

# A zombie has ended: whoever inherited it may take a while to notice.
runs() {
  local status
  status=$(sed -n 's/^State:\s*//p' "/proc/$1/status" 2>/dev/null) && [[ -n $status && $status != Z* ]]
}

# Runs a test until it succeeds; fails when the server ends or the time is over.
await() {
  local deadline=$((SECONDS + start_limit_s))
  until "$@"; do
    runs "$(<"$dir/pid")" || { echo "${0##*/}: the server ended; the end of its log:" >&2; tail -n 20 "$dir/log" >&2; return 1; }
    ((SECONDS < deadline)) || { echo "${0##*/}: no answer within $start_limit_s s" >&2; return 1; }
    sleep 0.02
  done
}

listens() {
  (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# A port that answers before our server is started is somebody else's broker: measuring that would be a mistake. A killed
# one needs a moment until the kernel has closed its sockets.
require_free() {
  local deadline=$((SECONDS + free_limit_s))
  while listens "$1"; do
    ((SECONDS < deadline)) || { echo "${0##*/}: port $1 is in use (expected: free)" >&2; exit 1; }
    sleep 0.02
  done
}

end_with() {
  [[ -s $dir/pid ]] || return 0
  local pid
  pid=$(<"$dir/pid")
  case $1 in
    TERM) kill -TERM "$pid" 2>/dev/null || true ;;
    KILL) kill -KILL -- "-$pid" 2>/dev/null || true ;;
  esac
  local deadline=$((SECONDS + stop_limit_s))
  while runs "$pid" && ((SECONDS < deadline)); do sleep 0.02; done
  kill -KILL -- "-$pid" 2>/dev/null || true
  rm "$dir/pid" # the number may soon be another process's
}

jar_version() {
  local file=${1##*/}
  file=${file%.jar}
  echo "${file##*-}"
}

package_version() {
  dpkg-query -W -f '${Version}' "$1"
}

# What a script may define itself, beside start.
after_stop() { :; }

main() {
  case $verb in
    start) start ;;
    stop)
      end_with TERM
      after_stop
      ;;
    kill) end_with KILL ;;
    version) version ;;
  esac
}
