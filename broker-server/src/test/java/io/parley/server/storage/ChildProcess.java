package io.parley.server.storage;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A JVM started by a test, which tells it numbers on its standard output. */
final class ChildProcess implements AutoCloseable {
  private final Process process;
  private final DataInputStream output;

  private ChildProcess(Process process) {
    this.process = process;
    this.output = new DataInputStream(process.getInputStream());
  }

  /** Runs a class's main method. */
  static ChildProcess start(Class<?> main, String... arguments) throws IOException {
    return start(List.of(), main, arguments);
  }

  /** Runs a class's main method by way of another command. */
  static ChildProcess start(List<String> prefix, Class<?> main, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-cp"));
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add(main.getName());
    command.addAll(List.of(arguments));
    return new ChildProcess(
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  long pid() {
    return process.pid();
  }

  /** The next number it told. */
  long readLong() throws IOException {
    return output.readLong();
  }

  /**
   * Kills it as kill -9 does, and returns the last number it told before; the given one if none.
   */
  long killAndReadLast(long soFar) throws IOException, InterruptedException {
    // By its handle: the process itself would close its output, unread.
    process.toHandle().destroyForcibly();
    long last = soFar;
    try {
      while (true) {
        last = output.readLong();
      }
    } catch (EOFException e) {
      process.waitFor();
      return last;
    }
  }

  /** Kills it as kill -9 does. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Lets it pass {@link #awaitParent}. */
  void letGoOn() throws IOException {
    process.getOutputStream().write(1);
    process.getOutputStream().flush();
  }

  @Override
  public void close() throws InterruptedException {
    kill();
  }

  /** Called in the child: what {@link #readLong} returns in the parent. */
  @SuppressWarnings("resource") // closing it would close standard output
  static void tellParent(long number) throws IOException {
    new DataOutputStream(new FileOutputStream(FileDescriptor.out)).writeLong(number);
  }

  /** Called in the child: returns when the parent lets it go on or has ended. */
  static void awaitParent() throws IOException {
    if (System.in.read() < 0) {
      System.exit(1);
    }
  }
}
