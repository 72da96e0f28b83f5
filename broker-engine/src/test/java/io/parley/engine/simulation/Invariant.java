package io.parley.engine.simulation;

/** Something that holds after every step, whatever happened. */
interface Invariant {
  /**
   * Checks it.
   *
   * @throws AssertionError saying what broke it
   */
  void check(World world, History history);
}
