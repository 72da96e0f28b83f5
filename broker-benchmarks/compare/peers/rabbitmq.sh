#!/usr/bin/env bash
# The server of Debian's package, run beside the system's own. Its variants (quorum, classic) differ in the queue.
source "$(dirname "${BASH_SOURCE[0]}")/server.bash"
readonly port=35672 distribution_port=35673 epmd_port=34369

start() {
  require_free $port
  mkdir -p "$dir/mnesia" "$dir/home"
  cat >"$dir/rabbitmq.conf" <<END
listeners.tcp.local = 127.0.0.1:$port
log.console.level = warning
END
  echo '[].' >"$dir/plugins"
  export HOME=$dir/home RABBITMQ_NODENAME=compare@localhost RABBITMQ_MNESIA_BASE=$dir/mnesia RABBITMQ_LOG_BASE=$dir \
    RABBITMQ_CONFIG_FILE=$dir/rabbitmq.conf RABBITMQ_ENABLED_PLUGINS_FILE=$dir/plugins RABBITMQ_PID_FILE=$dir/rabbit.pid \
    RABBITMQ_DIST_PORT=$distribution_port ERL_EPMD_PORT=$epmd_port ERL_EPMD_ADDRESS=127.0.0.1 \
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1}"
  start_epmd
  launch "$(server)"
  await listens $port
}

# Erlang's name server: the node would start one that outlives it.
start_epmd() {
  ! listens $epmd_port || return 0
  setsid epmd -relaxed_command_check >>"$dir/log" 2>&1 </dev/null &
  echo $! >"$dir/epmd.pid"
  until listens $epmd_port; do
    kill -0 "$(<"$dir/epmd.pid")" 2>/dev/null || return 1
    sleep 0.02
  done
}

after_stop() {
  [[ ! -s $dir/epmd.pid ]] || kill "$(<"$dir/epmd.pid")" 2>/dev/null || true
}

# Not the command in the PATH, which changes to the system's user.
server() {
  dpkg -L rabbitmq-server | grep '/lib/.*/bin/rabbitmq-server$'
}

version() {
  echo "RabbitMQ $(package_version rabbitmq-server), Erlang $(package_version erlang-base)"
}

main
