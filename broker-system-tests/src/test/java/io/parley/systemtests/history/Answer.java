package io.parley.systemtests.history;

/** What became of a settle, as its holder was told. */
public enum Answer {
  /** It counted, durably. */
  ACCEPTED,
  /** The lease had ended; if it was said twice, the first time may have counted. */
  LEASE_LOST,
  /** It counted, or another's did. */
  IN_DOUBT,
  /** Anything else that is no. */
  REFUSED
}
