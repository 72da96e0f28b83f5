package io.parley.client;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import io.parley.protocol.ParleyException;
import io.parley.protocol.model.MessageId;
import java.util.List;

/** Tells it to the platform's logging. */
final class LoggingListener implements ClientListener {
  private static final System.Logger LOG = System.getLogger("io.parley.client");

  @Override
  public void connected(BrokerAddress address, MessageId broker) {
    LOG.log(DEBUG, "connected to {0}, broker {1}", address, broker);
  }

  @Override
  public void disconnected(ParleyException reason) {
    LOG.log(INFO, "connection lost, connecting again: {0}", reason.getMessage());
  }

  @Override
  public void connectFailed(BrokerAddress address, ParleyException reason) {
    LOG.log(DEBUG, "no connection to {0}: {1}", address, reason.getMessage());
  }

  @Override
  public void registrationRefused(List<String> types, ParleyException reason) {
    LOG.log(WARNING, "registration for {0} refused after a reconnect: {1}", types, reason);
  }

  @Override
  public void settleRefused(long sequence, ParleyException reason) {
    LOG.log(DEBUG, "settlement of {0} refused: {1}", sequence, reason.getMessage());
  }

  @Override
  public void handlerFailed(String type, Throwable failure) {
    LOG.log(WARNING, "handler of " + type + " failed", failure);
  }
}
