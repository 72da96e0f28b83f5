package io.parley.load.broker;

import java.util.Map;

/**
 * A broker under load, through its own client. An adapter is the whole cost of measuring another
 * broker: implement this, and use the client as its makers recommend.
 *
 * <p>Durable throughout: a message is told as confirmed only when the broker says it is as safe as
 * its settings promise, and each delivery is acknowledged on its own after the handler returned.
 *
 * <p>{@link #declare}, {@link #sender} and {@link #receiver} are called by one thread, in this
 * order; receivers may be there before senders or after them. What they throw ends the run.
 */
public interface Target extends AutoCloseable {
  /** Opens one; called again after a restart of the broker. */
  @FunctionalInterface
  interface Factory {
    /**
     * A connected target.
     *
     * @throws Exception if there is no broker
     */
    Target open() throws Exception;
  }

  /** What this is: product, version, settings that matter; in the order to be shown. */
  Map<String, String> description();

  /** Whether it has what this traffic needs. By default: no queries, no ordering keys. */
  default boolean supports(Traffic traffic) {
    return traffic.kind() != Kind.QUERIES && traffic.keys() == 0;
  }

  /**
   * Makes the queues or subscriptions, durable, so that messages are kept while nobody receives.
   * What is there already is used.
   */
  void declare(Traffic traffic) throws Exception;

  /**
   * A connection that sends.
   *
   * @param producer its number, from 0
   * @param confirms told of each message sent
   */
  Sender sender(Traffic traffic, int producer, Confirms confirms) throws Exception;

  /**
   * A consumer's receipt from one queue or inbox, from now on until closed.
   *
   * @param consumer its number, from 0; those of one number may share a connection
   * @param destination which queue or inbox, below {@link Traffic#destinations}
   * @param handler given every message; the message is acknowledged, alone, once it returns
   */
  Receiver receiver(Traffic traffic, int consumer, int destination, Handler handler)
      throws Exception;

  /** Closes what is still open; queues and subscriptions stay. */
  @Override
  void close();
}
