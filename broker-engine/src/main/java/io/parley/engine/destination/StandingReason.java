package io.parley.engine.destination;

/** Why a message is where it is. The names are a contract with tools; some may be added. */
public enum StandingReason {
  /** It is its turn, or soon will be: consumers take what is before it. */
  READY,
  /** It waits, and an operator paused its queue or subscription. */
  PAUSED,
  /** It waits: all that is handled fails, so one message at a time is tried. */
  OUTAGE,
  /** It waits, and nobody consumes. */
  NO_CONSUMER,
  /** It waits, and no consumer asked for more than it has. */
  NO_CREDIT,
  /** It waits, and consumers asked for more, but don't read what is sent to them. */
  NOT_READING,
  /** It waits for a service that owns its type. */
  UNOWNED,
  /** It waits for an earlier message of its ordering key. */
  BEHIND_KEY,
  /** A consumer has it. */
  LEASED,
  /** Its sender wants it handled later. */
  DELAYED,
  /** Its last attempt failed; it waits for the next. */
  RETRY,
  /** It was set aside. */
  DEAD_LETTERED
}
