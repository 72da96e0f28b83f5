#!/usr/bin/env bash
# A write-ahead log that is synced at each write (-f0).
source "$(dirname "${BASH_SOURCE[0]}")/server.bash"
readonly port=31300

start() {
  require_free $port
  mkdir -p "$dir/wal"
  launch beanstalkd -l 127.0.0.1 -p $port -b "$dir/wal" -f0
  await listens $port
}

version() {
  beanstalkd -v
}

main
