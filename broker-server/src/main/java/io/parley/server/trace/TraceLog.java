package io.parley.server.trace;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;

import io.parley.engine.intake.CausedMessage;
import io.parley.protocol.model.MessageId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes down which message caused which, a file an hour, on a thread of its own, and finds
 * conversations in them again. A help for people: not synced, lost for the last moments before a
 * crash, and what comes faster than it can be written is left out and counted.
 *
 * <p>Bounded: {@link #WAITING_MAX} lists of messages wait to be written; files take {@link
 * #BYTES_MAX} at most, the oldest hour goes first. Any thread may call.
 */
public final class TraceLog implements AutoCloseable {
  /** Lists of messages that wait to be written. */
  static final int WAITING_MAX = 1_000;

  /** Most bytes of files. */
  static final long BYTES_MAX = 256L << 20;

  /** Most messages of one conversation that are told. */
  public static final int MESSAGES_MAX = 1_000;

  private static final Logger log = LoggerFactory.getLogger(TraceLog.class);
  private static final String SUFFIX = ".trace";
  private static final long HOUR_MS = Duration.ofHours(1).toMillis();
  private static final int BUFFER_BYTES = 256 * 1024;

  private final Path directory;
  private final long retentionMs;
  private final InstantSource time;
  private final BlockingQueue<List<CausedMessage>> waiting = new LinkedBlockingQueue<>(WAITING_MAX);
  private final Thread thread;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
  private volatile boolean closing;
  private volatile long missed;
  private @Nullable FileChannel file;
  private long fileHour;

  /** Where the file's last whole entry ends. */
  private long end;

  /** Messages in the buffer, or taken while it is written. */
  private int unwritten;

  private boolean failing;

  private TraceLog(Path directory, Duration retention, InstantSource time) {
    this.directory = directory;
    this.retentionMs = retention.toMillis();
    this.time = time;
    this.thread = new Thread(this::write, "parley-trace");
    thread.setDaemon(true);
    thread.setPriority(Thread.MIN_PRIORITY);
  }

  /**
   * Goes on in a directory, which is made with the first message.
   *
   * @param retention how long messages are known; more than zero
   */
  public static TraceLog open(Path directory, Duration retention, InstantSource time) {
    TraceLog opened = new TraceLog(directory, retention, time);
    opened.thread.start();
    return opened;
  }

  /** Messages of conversations were stored. Doesn't wait: too many at once are left out. */
  public void add(List<CausedMessage> messages) {
    if (!waiting.offer(messages)) {
      missed(messages.size());
    }
  }

  @SuppressWarnings("NonAtomicOperationOnVolatileField") // a hint for people
  private void missed(int messages) {
    missed += messages;
  }

  /** Messages that were left out since it was opened. */
  public long missed() {
    return missed;
  }

  // ---------------------------------------------------------------- writing

  private void write() {
    while (!closing || !waiting.isEmpty()) {
      try {
        List<CausedMessage> messages = waiting.poll(1, TimeUnit.SECONDS);
        if (messages == null) {
          continue;
        }
        append(messages);
        for (messages = waiting.poll(); messages != null; messages = waiting.poll()) {
          append(messages);
        }
        flush();
        unwritten = 0;
        if (failing) {
          failing = false;
          log.info("what caused what is written down again");
        }
      } catch (IOException e) {
        if (!failing) {
          failing = true;
          log.warn("what caused what isn't written down until its disk works: {}", e.toString());
        }
        buffer.clear();
        missed(unwritten);
        unwritten = 0;
        cutOff();
        closeFile();
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void append(List<CausedMessage> messages) throws IOException {
    if (messages instanceof Flush flush) {
      flush();
      flush.done.countDown();
      return;
    }
    unwritten += messages.size();
    for (CausedMessage message : messages) {
      if (buffer.remaining() < TraceEntry.bytesMax(message)) {
        flush();
      }
      TraceEntry.write(message, buffer);
    }
  }

  private void flush() throws IOException {
    buffer.flip();
    if (buffer.hasRemaining()) {
      FileChannel out = file();
      while (buffer.hasRemaining()) {
        out.write(buffer);
      }
      end = out.position();
    }
    buffer.clear();
  }

  /** What is behind half an entry would never be read. */
  private void cutOff() {
    FileChannel open = file;
    if (open != null) {
      try {
        open.truncate(end);
      } catch (IOException e) {
        log.debug("cutting off half an entry failed", e);
      }
    }
  }

  private FileChannel file() throws IOException {
    long hour = time.millis() / HOUR_MS;
    FileChannel open = file;
    if (open == null || hour != fileHour) {
      closeFile();
      Files.createDirectories(directory);
      prune();
      open = FileChannel.open(directory.resolve(hour + SUFFIX), CREATE, APPEND);
      file = open;
      fileHour = hour;
      end = open.size();
    }
    return open;
  }

  private void closeFile() {
    FileChannel open = file;
    file = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        log.debug("closing a file of causes failed", e);
      }
    }
  }

  /** Deletes files that are too old or too much. */
  private void prune() throws IOException {
    List<Path> files = files();
    long oldest = (time.millis() - retentionMs) / HOUR_MS;
    long bytes = 0;
    for (int i = files.size() - 1; i >= 0; i--) {
      bytes += Files.size(files.get(i));
      if (hour(files.get(i)) < oldest || bytes > BYTES_MAX) {
        Files.deleteIfExists(files.get(i));
      }
    }
  }

  private static long hour(Path file) {
    String name = file.getFileName().toString();
    return Long.parseLong(name.substring(0, name.length() - SUFFIX.length()));
  }

  /** The oldest first. */
  private List<Path> files() throws IOException {
    if (!Files.exists(directory)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.filter(file -> file.toString().endsWith(SUFFIX)).sorted().toList();
    }
  }

  /** Asks the thread to write what waits before it. */
  private static final class Flush extends ArrayList<CausedMessage> {
    private static final long serialVersionUID = 1;

    private final transient CountDownLatch done = new CountDownLatch(1);
  }

  // ---------------------------------------------------------------- finding

  /**
   * All messages of a conversation in the order in which they were stored, at most {@link
   * #MESSAGES_MAX}. Reads all files: a second for some millions of messages.
   *
   * @param id of any of its messages, or its correlation id
   * @throws IOException if a file can't be read
   */
  public List<CausedMessage> conversationOf(MessageId id) throws IOException {
    awaitWritten();
    MessageId[] conversation = {null};
    scan(
        message -> {
          boolean isIts = message.id().equals(id) || id.equals(message.causationId());
          if (isIts) {
            conversation[0] = message.correlationId();
          }
          return !isIts;
        });
    MessageId correlationId = conversation[0] == null ? id : conversation[0];
    Map<MessageId, CausedMessage> found = new LinkedHashMap<>();
    scan(
        message -> {
          if (message.correlationId().equals(correlationId) || message.id().equals(correlationId)) {
            found.putIfAbsent(message.id(), message);
          }
          return found.size() < MESSAGES_MAX;
        });
    return List.copyOf(found.values());
  }

  private void awaitWritten() {
    Flush flush = new Flush();
    try {
      if (waiting.offer(flush, 1, TimeUnit.SECONDS)) {
        flush.done.await(1, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Visits messages, the oldest first, until the visitor has enough. */
  private void scan(Predicate<CausedMessage> visitor) throws IOException {
    for (Path path : files()) {
      try (FileChannel in = FileChannel.open(path)) {
        ByteBuffer bytes = in.map(FileChannel.MapMode.READ_ONLY, 0, in.size());
        for (CausedMessage message = TraceEntry.read(bytes);
            message != null;
            message = TraceEntry.read(bytes)) {
          if (!visitor.test(message)) {
            return;
          }
        }
      }
    }
  }

  /** Writes what waits, and ends. */
  @Override
  public void close() {
    closing = true;
    add(new Flush()); // wakes it; where there is no room, it is awake
    boolean interrupted = false;
    try {
      thread.join(Duration.ofSeconds(2).toMillis());
    } catch (InterruptedException e) {
      interrupted = true;
    }
    closeFile();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
