package io.parley.engine.operation;

import io.parley.protocol.ErrorCode;
import java.util.List;

/** What an operation came to. A refusal is a result like any other. */
public sealed interface Result {
  /** Done, nothing to tell. */
  Result DONE = new Done();

  /** See {@link #DONE}. */
  record Done() implements Result {}

  /** Refused as a whole; nothing changed. */
  record Refused(ErrorCode code, String message) implements Result {}

  /** Stored, but the refused ones. {@code index} is the message's place in the batch. */
  record Sent(List<Refusal> refusals) implements Result {
    /** All stored. */
    public static final Sent ALL = new Sent(List.of());
  }

  /**
   * Settled, but the refused ones, in ascending order. {@code index} is the settlement's place in
   * the operation.
   */
  record Settled(List<Refusal> refusals) implements Result {
    /** All settled. */
    public static final Settled ALL = new Settled(List.of());
  }

  /** The destination's number. */
  record DestinationIs(int id) implements Result {}

  /**
   * One step of several.
   *
   * @param count how many in this step
   * @param next where the next step begins; {@link Long#MAX_VALUE} if this was the last
   */
  record Step(long count, long next) implements Result {}

  /** How many. */
  record Count(long value) implements Result {}

  /**
   * One part of an operation that was refused.
   *
   * @param index which part, from 0
   * @param sequence for a settle, the message's sequence; 0 otherwise
   */
  record Refusal(int index, long sequence, ErrorCode code, String message) {}
}
