#!/usr/bin/env bash
# VARIANT always or everysec: how often the append-only file is synced; only 'always' syncs before it answers:
# https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/
# No snapshots and no rewrites of that file during a run: they'd only cost.
source "$(dirname "${BASH_SOURCE[0]}")/server.bash"
readonly port=36379

start() {
  require_free $port
  launch redis-server --bind 127.0.0.1 --port $port --dir "$dir" --save "" --appendonly yes \
    --appendfsync "${variant:-always}" --auto-aof-rewrite-percentage 0
  await loaded
}

# After a restart it listens before it has read its file.
loaded() {
  [[ $(redis-cli -p $port ping 2>/dev/null) == PONG ]]
}

version() {
  redis-server --version | cut -d ' ' -f 1-3
}

main
