package io.parley.systemtests.history;

import io.parley.protocol.model.OutcomeStatus;
import java.util.List;

/**
 * Something a client did or was told. What is done is noted before it is, what is told after it
 * was, so that cause comes before effect.
 */
public sealed interface Entry {
  /** Sending or publishing begins; again, if it is sent again. */
  record Sending(Sent message) implements Entry {}

  /** It is stored. */
  record Confirmed(String name) implements Entry {}

  /**
   * A handler got a message.
   *
   * @param atMs when, by the machine's clock
   * @param underEpoch what the message says of the lease it was emitted under, 0 if nothing
   */
  record Delivered(
      String place, String name, long sequence, long epoch, int attempt, long atMs, long underEpoch)
      implements Entry {}

  /**
   * A handler says what is to become of it.
   *
   * @param emitted what is to be stored with its completion
   */
  record Settling(
      String place, String name, long epoch, int attempt, Verdict verdict, List<Sent> emitted)
      implements Entry {}

  /** The broker's answer to that. */
  record Settled(String place, String name, long epoch, Answer answer) implements Entry {}

  /** A sender calls a command back. */
  record Cancelling(String name) implements Entry {}

  /** It is cancelled. */
  record Cancelled(String name) implements Entry {}

  /** An operator puts dead letters back. */
  record Redriving(String place) implements Entry {}

  /** That is over, done or not. */
  record Redriven(String place) implements Entry {}

  /** What the ledger says of a command, its result or its code with it. */
  record Told(String command, OutcomeStatus status, String text) implements Entry {}

  /** What a message of an outcome inbox says of a command. */
  record ToldInInbox(String name, String command, OutcomeStatus status, String text)
      implements Entry {}

  /** A query is asked. */
  record Asking(int number, String question, long deadlineMs) implements Entry {}

  /** An answer came; an error's name if it is one. */
  record Answered(int number, String answer, boolean isError, long tookMs) implements Entry {}

  /** The broker's process is being killed. */
  record Killing() implements Entry {}

  /** Its next process begins, and hands out nothing before this time. */
  record Starting(long atMs) implements Entry {}
}
