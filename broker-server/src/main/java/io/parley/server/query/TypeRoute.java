package io.parley.server.query;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Who answers a type, and which queries wait for it. Exists while somebody answers the type; only
 * while all of them are busy does anything wait.
 */
final class TypeRoute {
  final String type;
  final List<Responder> responders = new ArrayList<>();

  /** By number, so by age; one that is asked again is among the first. */
  final TreeMap<Long, Question> waiting = new TreeMap<>();

  /** Where the next search starts, so that equals take turns. */
  private int next;

  TypeRoute(String type) {
    this.type = type;
  }

  void remove(Responder responder) {
    int at = responders.indexOf(responder);
    responders.remove(at);
    if (at < next) {
      next--;
    }
  }

  /** The responder with the fewest questions in hand of those that have room, or null. */
  @Nullable Responder leastBusy() {
    Responder best = null;
    int bestAt = 0;
    int count = responders.size();
    for (int i = 0; i < count; i++) {
      int at = (next + i) % count;
      Responder candidate = responders.get(at);
      if (candidate.hasRoom() && (best == null || candidate.inHand < best.inHand)) {
        best = candidate;
        bestAt = at;
        if (best.inHand == 0) {
          break;
        }
      }
    }
    if (best != null) {
      next = (bestAt + 1) % count;
    }
    return best;
  }
}
