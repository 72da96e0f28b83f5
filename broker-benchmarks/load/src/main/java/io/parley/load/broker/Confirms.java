package io.parley.load.broker;

/** Told what became of a sender's messages, exactly once for each. Any thread. */
public interface Confirms {
  /** A command or event is durable. */
  void confirmed(long number);

  /**
   * A query is answered.
   *
   * @param answer begins with the first {@link Handler#ECHO_BYTES} of the question
   */
  void answered(long number, byte[] answer);

  /**
   * A message was refused, or its fate is unknown.
   *
   * @param code what happened, in a word; equal ones are counted together
   */
  void failed(long number, String code);
}
