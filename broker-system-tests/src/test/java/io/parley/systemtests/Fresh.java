package io.parley.systemtests;

import java.util.concurrent.atomic.AtomicInteger;

/** Names no other test uses, so that tests can share a broker. */
final class Fresh {
  private static final AtomicInteger LAST = new AtomicInteger();

  private Fresh() {}

  /** A service, queue or subscription. */
  static String name(String what) {
    return what + "-" + LAST.incrementAndGet();
  }

  /** A type of its own segment, such as {@code t12.AddProduct}. */
  static String type(String what) {
    return "t" + LAST.incrementAndGet() + "." + what;
  }
}
