package io.parley.client;

import io.parley.protocol.model.Settlement;
import org.jspecify.annotations.Nullable;

/** How a delivery was settled. */
public enum Verdict {
  /** Done. */
  COMPLETE,
  /** A command refused for good. */
  REJECT,
  /** The attempt failed: to be tried again or, as the last or a hopeless one, a dead letter. */
  FAIL,
  /** Given back uncounted. */
  RELEASE;

  /** That of a settlement; null is a plain completion. */
  static Verdict of(@Nullable Settlement settlement) {
    if (settlement instanceof Settlement.Reject) {
      return REJECT;
    }
    if (settlement instanceof Settlement.Fail) {
      return FAIL;
    }
    return settlement instanceof Settlement.Release ? RELEASE : COMPLETE;
  }
}
