package io.parley.protocol.model;

/**
 * Error classes that Parley itself gives to failed attempts; they stand beside those of handlers,
 * which are any text. Names are stable.
 */
public enum ErrorClass {
  /** The receiver can't read the body. Set aside at once. */
  UNDECODABLE,

  /** The receiver has no handler for the type. Set aside at once. */
  UNHANDLED_TYPE,

  /** The lease ended while the message was being handled. */
  LEASE_EXPIRED,

  /** The consumer's connection ended while the message was being handled. */
  CONNECTION_LOST
}
