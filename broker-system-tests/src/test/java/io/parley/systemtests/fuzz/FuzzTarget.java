package io.parley.systemtests.fuzz;

import java.util.List;

/**
 * Something that reads bytes it can't trust. A run that throws is a find; one that refuses the
 * input in the way its readers expect is none.
 *
 * <p>The targets of what is package-private are in its package, and come from here.
 */
public interface FuzzTarget {
  /** Sound inputs that others are made from. */
  List<byte[]> seeds() throws Exception;

  /** More bytes of input than that show nothing new, and take longer. */
  default int maxBytes() {
    return 40_000;
  }

  /** Reads an input, and checks what came of it. */
  void run(byte[] input) throws Exception;
}
