package io.parley.load.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How late the kernel may wake a thread that waits for a time, to wake several at once. */
public final class TimerSlack {
  private TimerSlack() {}

  /** Makes it as small as can be for the calling thread; does nothing where that can't be. */
  public static void minimize() {
    try {
      String thread =
          String.valueOf(Files.readSymbolicLink(Path.of("/proc/thread-self")).getFileName());
      Files.writeString(Path.of("/proc/" + thread + "/timerslack_ns"), "1");
    } catch (IOException | UnsupportedOperationException e) {
      // Another system, or not allowed: its default of 50 µs stays, and shows as lateness.
      return;
    }
  }
}
