package io.parley.load.broker;

import org.jspecify.annotations.Nullable;

/** A connection that sends durable messages, or asks. Used by one thread. */
public interface Sender extends AutoCloseable {
  /**
   * Sends without waiting for the confirm, which goes to {@link Confirms} with the same number.
   *
   * @param number of this sender's messages, from 0, by one more each time
   * @param destination the queue, below {@link Traffic#queues}; 0 for events and queries
   * @param key ordering key, or null
   * @param body to be taken or copied before this returns: the caller writes the next one into it
   * @throws Exception if nothing more can be sent; ends the run
   */
  void send(long number, int destination, @Nullable String key, byte[] body) throws Exception;

  /** Called before the sending thread waits: what the client holds back should go out now. */
  default void flush() throws Exception {}

  /** Closes the connection; everything is confirmed by then, or given up. */
  @Override
  void close();
}
