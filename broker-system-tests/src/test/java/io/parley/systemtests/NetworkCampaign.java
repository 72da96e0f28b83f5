package io.parley.systemtests;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.TreeMap;

/**
 * Clients at work over a {@link BadNetwork}, with a broker that is killed now and then: what was
 * confirmed is there once, whatever the network did, and the clients get on by themselves.
 *
 * <pre>
 *   broker-system-tests/network-campaign [seconds [clients of the storm [seed]]]
 * </pre>
 *
 * <p>{@code NetworkIT} is its short form. Fails with what was wrong, and the seed.
 */
final class NetworkCampaign {
  /** So often a second one: what is silent for three of them is given up. */
  static final String[] QUICK_HEARTBEAT = {"--set", "network.heartbeat=1s"};

  private NetworkCampaign() {}

  public static void main(String[] arguments) throws Exception {
    int seconds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 300;
    int clients = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1_000;
    long seed = arguments.length > 2 ? Long.parseLong(arguments[2]) : System.nanoTime();
    Path data = Files.createTempDirectory("parley-network");
    try {
      System.out.println(run(data.resolve("trouble"), Duration.ofSeconds(seconds), seed, true));
      try (BrokerProcess broker = BrokerProcess.start(data.resolve("storm"), QUICK_HEARTBEAT);
          ReconnectStorm storm = new ReconnectStorm(broker, clients)) {
        ReconnectStorm.Report report = storm.run();
        System.out.println(report);
        System.exit(report.isFine() ? 0 : 1);
      }
    } finally {
      CampaignFiles.deleteAll(data);
    }
  }

  /**
   * Runs the first part.
   *
   * @param kills whether the broker is killed, too
   * @return what there was of trouble
   */
  static String run(Path data, Duration time, long seed, boolean kills) throws Exception {
    System.out.println("network campaign, seed " + seed);
    Random random = new Random(seed);
    int killed = 0;
    try (BrokerProcess broker = BrokerProcess.start(data, QUICK_HEARTBEAT);
        BadNetwork network = new BadNetwork(broker.port(), seed);
        Workload workload = new Workload(broker, network.uri())) {
      long end = System.nanoTime() + time.toNanos();
      while (System.nanoTime() < end) {
        workload.awaitConfirmed(50 + random.nextInt(1_000));
        workload.assertNoMistakes();
        int what = random.nextInt(16);
        if (what == 0 && kills) {
          broker.kill();
          broker.start();
          killed++;
        } else if (what < 3) {
          network.cutAll();
        } else if (what == 3) {
          network.swallowAll();
        }
      }
      network.heal();
      workload.finish();
      workload.assertEverythingThereExactlyOnceAndInOrder();
      return network.connections()
          + " connections, "
          + killed
          + " kills, troubles "
          + new TreeMap<>(network.met());
    }
  }
}
