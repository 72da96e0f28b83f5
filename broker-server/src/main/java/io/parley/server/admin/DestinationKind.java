package io.parley.server.admin;

/** What holds messages. */
public enum DestinationKind {
  /** Commands for one service. */
  QUEUE,
  /** A subscription's copies of events. */
  INBOX
}
