package io.parley.protocol;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The one table of errors. A number travels in error frames and is never reused; a name is stable
 * and may be matched on; the help says what to do about it.
 *
 * <p>Hundreds group them: 1 the connection, 2 the request, 3 ownership and routing, 4 delivery, 5
 * the broker's own state, 6 queries.
 */
public enum ErrorCode {
  MALFORMED_FRAME(101, false, "The peer sent bytes that are no frame; its connection is closed."),
  FRAME_TOO_LARGE(102, false, "A frame is over the limit the broker announced in HELLO_OK."),
  UNSUPPORTED_VERSION(
      103, false, "Client and broker share no protocol version; upgrade the older."),
  UNAUTHENTICATED(104, false, "Give a user and password the broker knows."),
  NAMESPACE_NOT_FOUND(105, false, "Connect to a namespace that exists; 'default' always does."),
  OUT_OF_SEQUENCE(106, false, "The producer session skipped a sequence number; reconnect."),
  GOING_AWAY(107, true, "The broker is stopping; connect again."),
  NOT_LEADER(108, true, "Another node leads this namespace; follow the address in the message."),
  SESSION_TAKEN_OVER(109, false, "A newer connection resumed this producer session."),
  NOT_CONNECTED(110, true, "No broker answers at the URI's addresses; is it running?"),
  UNCONFIRMED(111, true, "No confirm came in time; the client goes on trying by itself."),

  INVALID_ARGUMENT(201, false, "A value is outside what is accepted; the message names both."),
  INVALID_NAME(202, false, "Names are 1 to 200 characters of A-Z a-z 0-9 . _ -"),
  MESSAGE_TOO_LARGE(203, false, "Send less, or raise limits.max-message."),
  CORRUPT_MESSAGE(204, false, "The message's CRC32C does not match its bytes."),
  WRONG_KIND(205, false, "The type is already used for another kind of message."),
  NOT_FOUND(206, false, "No such thing in this namespace."),
  TOO_MANY(207, false, "A limit on the number of things is reached; the message names it."),

  OWNED_BY(301, false, "Another service owns this command type."),
  TYPE_NOT_DECLARED(302, false, "Under policy 'declared' a type must be declared before use."),
  QUOTA_EXCEEDED(303, true, "The destination is full; retry after the time given."),

  LEASE_LOST(401, false, "The lease ended or is another consumer's; this settle did not count."),
  ALREADY_SETTLED(402, false, "The message was settled before."),
  NOT_REJECTABLE(403, false, "Events state facts and can't be rejected; fail or complete them."),
  NOT_CANCELLABLE(404, false, "Only a command that waits can be cancelled."),

  STORE_UNAVAILABLE(501, true, "The disk refused a write; see the broker's readiness."),
  DATA_FORMAT_TOO_NEW(502, false, "The data directory was written by a newer Parley."),
  DATA_DIRECTORY_LOCKED(503, false, "Another broker runs on this data directory."),
  DATA_CORRUPT(504, false, "A stored file fails its checksum; restore it from a backup."),
  OVERLOADED(505, true, "Too much is in flight; retry after the time given."),
  DRAINING(506, true, "An operator drains the broker: it takes no new messages."),
  INTERNAL(599, false, "A defect in Parley; please report it with the broker's log."),

  NO_RESPONDER(601, true, "Nobody answers this query type right now."),
  DEADLINE_EXCEEDED(602, true, "No answer within the deadline."),
  CANCELLED(603, false, "The asker cancelled the query."),
  BAD_QUERY(604, false, "The responder can make nothing of the query; its reason says why."),
  NOT_IDENTIFIED(605, false, "The responder doesn't know who asks; identify yourself to it."),
  NOT_PERMITTED(606, false, "The responder doesn't let this asker know."),
  ANSWER_BROKEN_OFF(607, true, "The responder was lost between two pages; ask anew.");

  private static final Map<Integer, ErrorCode> BY_NUMBER = new HashMap<>();

  static {
    for (ErrorCode code : values()) {
      if (BY_NUMBER.put(code.number, code) != null) {
        throw new AssertionError("error number used twice: " + code.number);
      }
    }
  }

  private final int number;
  private final boolean retryable;
  private final String help;

  ErrorCode(int number, boolean retryable, String help) {
    this.number = number;
    this.retryable = retryable;
    this.help = help;
  }

  /** The number on the wire, 1 to 65,535. */
  public int number() {
    return number;
  }

  /** Whether the same request may succeed later without a change. */
  public boolean retryable() {
    return retryable;
  }

  /** One line on what to do. */
  public String help() {
    return help;
  }

  /** The code with this number, or null for a number of a newer version. */
  public static @Nullable ErrorCode ofNumber(int number) {
    return BY_NUMBER.get(number);
  }
}
