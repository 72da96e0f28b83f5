package io.parley.systemtests.fuzz;

/** Where Jazzer comes in; the argument is a target's name. */
public final class JazzerEntry {
  private static FuzzTarget target;

  private JazzerEntry() {}

  /** Called once, before all inputs. */
  public static void fuzzerInitialize(String[] arguments) throws Exception {
    target = FuzzTargets.named(arguments[0]);
  }

  /** Called with each input. */
  public static void fuzzerTestOneInput(byte[] input) throws Exception {
    target.run(input);
  }
}
