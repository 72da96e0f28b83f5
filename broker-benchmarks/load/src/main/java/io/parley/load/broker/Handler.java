package io.parley.load.broker;

/** Given what arrives. Any thread, also several at once. */
@FunctionalInterface
public interface Handler {
  /**
   * How much of a question its answer has to begin with, so that an answer to another question is
   * noticed.
   */
  int ECHO_BYTES = 8;

  /**
   * A message arrived, or a question. Returns soon and throws nothing.
   *
   * @param body not kept
   * @param redelivered whether the broker says that it delivered this message before
   */
  void arrived(byte[] body, boolean redelivered);
}
