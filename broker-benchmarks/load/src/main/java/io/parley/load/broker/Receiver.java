package io.parley.load.broker;

/** Messages on their way to a {@link Handler}, until closed. */
@FunctionalInterface
public interface Receiver extends AutoCloseable {
  /** Takes nothing more and sends the acknowledgements that are left. */
  @Override
  void close();
}
