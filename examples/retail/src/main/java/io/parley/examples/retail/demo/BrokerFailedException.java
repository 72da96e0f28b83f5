package io.parley.examples.retail.demo;

/** The broker's process doesn't do what it should; the message has the end of its log. */
public final class BrokerFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BrokerFailedException(String message) {
    super("broker process: " + message);
  }
}
