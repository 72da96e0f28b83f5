package io.parley.jmh;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;

/**
 * Where the broker's threads allocate, as Flight Recorder tells while this is open. It tells of
 * each large object, and of small ones only what a thread allocates when it needs a new buffer (a
 * TLAB) for them: that one stands for the whole buffer. So sites of few bytes are rough, and
 * smaller buffers tell more.
 */
final class AllocationSites implements AutoCloseable {
  private static final String IN_NEW_BUFFER = "jdk.ObjectAllocationInNewTLAB";
  private static final String LARGE = "jdk.ObjectAllocationOutsideTLAB";
  private static final String OURS = "io.parley.";

  private final Recording recording = new Recording();

  /** Starts recording. */
  AllocationSites() {
    recording.enable(IN_NEW_BUFFER).withStackTrace();
    recording.enable(LARGE).withStackTrace();
    recording.start();
  }

  /**
   * Ends recording.
   *
   * @param file for the recording
   * @return the sites that allocated most, by descending bytes
   */
  List<Site> most(int count, Path file) throws IOException {
    recording.stop();
    recording.dump(file);
    Map<Place, Long> bytes = new HashMap<>();
    for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
      String thread = thread(event);
      if (BrokerThreads.isOne(thread)) {
        bytes.merge(Place.of(event, thread), bytes(event), Long::sum);
      }
    }
    return bytes.entrySet().stream()
        .map(entry -> new Site(entry.getKey(), entry.getValue()))
        .sorted(Comparator.comparingLong(Site::bytes).reversed())
        .limit(count)
        .toList();
  }

  private static String thread(RecordedEvent event) {
    RecordedThread thread = event.getThread();
    String name = thread == null ? null : thread.getJavaName();
    return name == null ? "not Java's" : name;
  }

  private static long bytes(RecordedEvent event) {
    boolean large = event.getEventType().getName().equals(LARGE);
    return event.getLong(large ? "allocationSize" : "tlabSize");
  }

  @Override
  public void close() {
    recording.close();
  }

  /** A place and what was allocated there. */
  record Site(Place place, long bytes) {}

  /**
   * A line of code, in a kind of thread.
   *
   * @param where the method that allocates, and the nearest of Parley's that called it
   */
  record Place(String threads, String type, String where) {
    static Place of(RecordedEvent event, String thread) {
      return new Place(
          BrokerThreads.kind(thread),
          shortened(typeName(event.getClass("objectClass").getName())),
          where(event.getStackTrace()));
    }

    private static String where(RecordedStackTrace stack) {
      if (stack == null || stack.getFrames().isEmpty()) {
        return "unknown";
      }
      List<RecordedFrame> frames = stack.getFrames();
      RecordedFrame top = frames.get(0);
      Stream<RecordedFrame> callers = frames.stream().skip(1);
      if (isOurs(top)) {
        return text(top);
      }
      return text(top)
          + callers.filter(Place::isOurs).findFirst().map(f -> " < " + text(f)).orElse("");
    }

    private static boolean isOurs(RecordedFrame frame) {
      return frame.getMethod().getType().getName().startsWith(OURS);
    }

    private static String text(RecordedFrame frame) {
      return shortened(frame.getMethod().getType().getName())
          + "."
          + frame.getMethod().getName()
          + ":"
          + frame.getLineNumber();
    }

    private static String shortened(String className) {
      int lambda = className.indexOf("$$Lambda");
      String name = lambda < 0 ? className : className.substring(0, lambda) + " lambda";
      return name.substring(name.lastIndexOf('.') + 1);
    }

    /** As in source code, where the virtual machine says {@code [B}. */
    private static String typeName(String name) {
      if (!name.startsWith("[")) {
        return name;
      }
      String element = name.substring(1);
      String elementName =
          switch (element.charAt(0)) {
            case '[' -> typeName(element);
            case 'L' -> element.substring(1, element.length() - 1);
            case 'B' -> "byte";
            case 'C' -> "char";
            case 'I' -> "int";
            case 'J' -> "long";
            case 'Z' -> "boolean";
            default -> element;
          };
      return elementName + "[]";
    }
  }
}
