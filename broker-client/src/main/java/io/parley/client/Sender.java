package io.parley.client;

import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;

/**
 * What every command and event passes on its way out: the sender's deadline and the interceptors.
 * Any thread.
 */
final class Sender {
  private final Sends sends;
  private final Interceptors interceptors;

  Sender(Sends sends, Interceptors interceptors) {
    this.sends = sends;
    this.interceptors = interceptors;
  }

  /**
   * Sends; waits if the window is full.
   *
   * @throws DeadlineExceededException if there is no time for it any more
   */
  PendingSend send(MessageKind kind, OutgoingMessage message) {
    Deadline.requireTimeLeft(message.type());
    Afters<MessageId> afters = interceptors.beforeSend(kind, message);
    try {
      return sends.send(kind, message, afters);
    } catch (RuntimeException e) {
      if (afters != null) {
        afters.ended(null, e);
      }
      throw e;
    }
  }

  /**
   * Sends what was prepared before, which interceptors saw then.
   *
   * @throws DeadlineExceededException if there is no time for it any more
   */
  PendingSend send(PreparedMessage prepared) {
    Deadline.requireTimeLeft(prepared.type());
    return sends.send(prepared);
  }
}
