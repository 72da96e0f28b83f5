package io.parley.systemtests.history;

import java.util.function.Consumer;

/** Something that holds in every history. */
interface Rule {
  /** Tells what breaks it. */
  void check(Lives lives, Consumer<String> broken);
}
