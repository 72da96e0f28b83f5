#!/usr/bin/env bash
# One KRaft node, broker and controller in one. Its variants (group, share, each with -fsync or without) differ in the
# client and in the topic, not here.
#
# Settings that aren't defaults, and why:
#   replication factors and min.isr 1                one node: https://kafka.apache.org/documentation/#kraft_deployment
#   offsets and share state in 4 partitions          one node has no use for 50; fewer files to sync at the end
#   group.share.partition.max.record.locks 10000     the default of 2000 a partition starves share consumers at these rates;
#                                                    10000 is the most that is allowed
#   group.initial.rebalance.delay.ms 0               nobody waits for members that don't come
#   heap 1 to 2 GiB, G1 with these thresholds        bin/kafka-server-start.sh's own options (but 1 GiB there) and
#                                                    https://kafka.apache.org/documentation/#java
source "$(dirname "${BASH_SOURCE[0]}")/server.bash"
readonly port=29092 controller_port=29093

start() {
  require_free $port
  [[ -f $dir/server.properties ]] || format
  launch "$java" -server -Xms1g -Xmx2g -XX:+UseG1GC -XX:MaxGCPauseMillis=20 -XX:InitiatingHeapOccupancyPercent=35 \
    -XX:+ExplicitGCInvokesConcurrent -cp "$servers/kafka/*" kafka.Kafka "$dir/server.properties"
  await listens $port
}

format() {
  cat >"$dir/server.properties" <<END
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$controller_port
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$controller_port
advertised.listeners=PLAINTEXT://127.0.0.1:$port
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs=$dir/data
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=4
group.share.max.partition.max.record.locks=10000
group.share.partition.max.record.locks=10000
group.initial.rebalance.delay.ms=0
END
  "$java" -cp "$servers/kafka/*" kafka.tools.StorageTool format -t AAAAAAAAAAAAAAAAAAAAAQ -c "$dir/server.properties" >>"$dir/log" 2>&1
}

version() {
  echo "Kafka $(jar_version "$servers"/kafka/kafka_2.13-*.jar)"
}

main
