package io.parley.load.workload;

import io.parley.load.broker.Traffic;
import java.time.Duration;
import java.util.List;

/**
 * What a run does: which traffic goes at once, and for how long.
 *
 * @param name of its file, without the ending
 * @param description one line
 * @param warmup load before anything is measured
 * @param duration measured load after that
 * @param drain how long to wait, once nothing more is sent, while nothing more arrives
 * @param backlog if not 0: so many messages are stored before anybody receives, and then received;
 *     warm-up and duration don't matter
 * @param traffic at least one; with a backlog exactly one, of commands or events
 */
public record Workload(
    String name,
    String description,
    Duration warmup,
    Duration duration,
    Duration drain,
    long backlog,
    List<Traffic> traffic) {

  /** Copies the list. */
  public Workload {
    traffic = List.copyOf(traffic);
  }

  /** Whether messages are stored first and received afterwards. */
  public boolean hasBacklog() {
    return backlog > 0;
  }
}
