package io.parley.systemtests;

import io.parley.client.ClientListener;
import io.parley.protocol.ParleyException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Why a client lost its connection, each time it did. */
final class Disconnects implements ClientListener {
  private final List<ParleyException> reasons = new CopyOnWriteArrayList<>();

  @Override
  public void disconnected(ParleyException reason) {
    reasons.add(reason);
  }

  /** So far. */
  List<ParleyException> reasons() {
    return reasons;
  }
}
