#!/usr/bin/env bash
# Parley as this checkout has it, by bin/parley with its default options (512 MiB of heap).
source "$(dirname "${BASH_SOURCE[0]}")/server.bash"
readonly port=21740 http_port=21741

start() {
  require_free $port
  [[ -z ${BROKER_JAVA_HOME:-} ]] || export PARLEY_JAVA_HOME=$BROKER_JAVA_HOME
  launch "$here/../../../bin/parley" server --data "$dir/data" --port $port --http-port $http_port
  await ready
}

# Ready is more than a port that answers: it accepts durable writes.
ready() {
  local answer
  exec 3<>/dev/tcp/127.0.0.1/$http_port || return 1
  printf 'GET /health/ready HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3
  read -r answer <&3
  exec 3<&-
  [[ $answer == *" 200 "* ]]
} 2>/dev/null

version() {
  "$here/../../../bin/parley" --version
}

main
