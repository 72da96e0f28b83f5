#!/usr/bin/env bash
# VARIANT nio or aio: how the journal is written; aio needs libaio. 'artemis create' measures the disk and sets the
# journal's buffer timeout by it, as its manual advises; journal-datasync is on, so a confirm waits for the disk:
# https://activemq.apache.org/components/artemis/documentation/latest/persistence.html
source "$(dirname "${BASH_SOURCE[0]}")/server.bash"
readonly port=21616

start() {
  require_free $port
  [[ -d $dir/broker ]] || create
  launch "$dir/broker/bin/artemis" run
  await listens $port
}

create() {
  "$servers/artemis/bin/artemis" create "$dir/broker" --silent --user compare --password compare --allow-anonymous \
    --host 127.0.0.1 --default-port $port --no-amqp-acceptor --no-mqtt-acceptor --no-stomp-acceptor \
    --no-hornetq-acceptor --no-web "--${variant:-aio}" --java-memory 2G >>"$dir/log" 2>&1
  # It listens on all addresses whatever --host says.
  sed -i "s#tcp://0.0.0.0:#tcp://127.0.0.1:#" "$dir/broker/etc/broker.xml"
}

version() {
  echo "Artemis $(jar_version "$servers"/artemis/lib/artemis-server-*.jar)"
}

main
