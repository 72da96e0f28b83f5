#!/usr/bin/env bash
# JetStream on disk. VARIANT always syncs before it confirms (sync_interval: always, known from 2.10 on:
# https://docs.nats.io/running-a-nats-service/configuration#jetstream); VARIANT 2.10 is the same server as it comes, and
# 2.9 what Debian 12 has: these write before they confirm, and sync on a timer.
source "$(dirname "${BASH_SOURCE[0]}")/server.bash"
readonly port=34222

start() {
  require_free $port
  local sync=
  [[ $variant != always ]] || sync="sync_interval: always"
  cat >"$dir/nats.conf" <<END
listen: 127.0.0.1:$port
max_pending: 256MB
jetstream {
  store_dir: "$dir/data"
  max_file_store: 40GB
  max_memory_store: 1GB
  $sync
}
END
  launch "$(server)" -c "$dir/nats.conf"
  await listens $port
}

server() {
  [[ $variant == 2.9 ]] && echo nats-server || echo "$servers/nats-2.10/nats-server"
}

version() {
  "$(server)" --version
}

main
