package io.parley.client;

import io.parley.protocol.ParleyException;
import io.parley.protocol.model.MessageId;
import java.util.List;
import java.util.function.Consumer;

/**
 * Several listeners as one; the mistakes of each are its own.
 *
 * @param all in the order they are told; not changed
 */
record Listeners(List<ClientListener> all) implements ClientListener {
  @Override
  public void connected(BrokerAddress address, MessageId broker) {
    tell(each -> each.connected(address, broker));
  }

  @Override
  public void disconnected(ParleyException reason) {
    tell(each -> each.disconnected(reason));
  }

  @Override
  public void connectFailed(BrokerAddress address, ParleyException reason) {
    tell(each -> each.connectFailed(address, reason));
  }

  @Override
  public void registrationRefused(List<String> types, ParleyException reason) {
    tell(each -> each.registrationRefused(types, reason));
  }

  @Override
  public void settleRefused(long sequence, ParleyException reason) {
    tell(each -> each.settleRefused(sequence, reason));
  }

  @Override
  public void handlerFailed(String type, Throwable failure) {
    tell(each -> each.handlerFailed(type, failure));
  }

  private void tell(Consumer<ClientListener> event) {
    for (ClientListener each : all) {
      try {
        event.accept(each);
      } catch (RuntimeException e) {
        System.getLogger("io.parley.client")
            .log(System.Logger.Level.WARNING, "a ClientListener failed", e);
      }
    }
  }
}
