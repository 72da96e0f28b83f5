package io.parley.client;

import io.parley.protocol.ParleyException;
import io.parley.protocol.model.MessageId;
import java.util.List;

/**
 * Told what happens inside a client that no call returns. Every method may be left out.
 *
 * <p>Called by handlers' threads and by an event loop, which other clients share: don't block.
 */
public interface ClientListener {
  /**
   * A connection is up, the first or a later one; registrations are being replayed.
   *
   * @param broker identity of the broker's data directory
   */
  default void connected(BrokerAddress address, MessageId broker) {}

  /** The connection ended, and the client tries to make another. */
  default void disconnected(ParleyException reason) {}

  /** An attempt to connect failed; the next follows. */
  default void connectFailed(BrokerAddress address, ParleyException reason) {}

  /**
   * A consumer, subscriber or responder that was replayed after a reconnect was refused: it gets
   * nothing until the next one.
   */
  default void registrationRefused(List<String> types, ParleyException reason) {}

  /**
   * A settlement didn't count, most often because its lease was lost; or it isn't known whether it
   * did, see {@link SettleInDoubtException}.
   */
  default void settleRefused(long sequence, ParleyException reason) {}

  /** A handler threw; the attempt is being failed (or the query answered with 503). */
  default void handlerFailed(String type, Throwable failure) {}
}
