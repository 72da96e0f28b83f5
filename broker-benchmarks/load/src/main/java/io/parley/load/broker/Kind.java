package io.parley.load.broker;

/** The three things services say. */
public enum Kind {
  /** Stored in queues; each handled by one of the queue's consumers. */
  COMMANDS,
  /** Published to one topic; each stored in the inbox of every subscription. */
  EVENTS,
  /** Asked and answered, in memory. */
  QUERIES
}
