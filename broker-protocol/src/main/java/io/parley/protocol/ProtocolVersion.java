package io.parley.protocol;

/** The versions this build speaks and how two sides agree: the highest that both know. */
public final class ProtocolVersion {
  /** The oldest version spoken. */
  public static final int OLDEST = 1;

  /** The newest version spoken. */
  public static final int NEWEST = 1;

  private ProtocolVersion() {}

  /**
   * The version for a connection.
   *
   * @throws MalformedFrameException with {@link ErrorCode#UNSUPPORTED_VERSION} if the ranges don't
   *     overlap
   */
  public static int agree(int peerOldest, int peerNewest) {
    int version = Math.min(NEWEST, peerNewest);
    if (version < Math.max(OLDEST, peerOldest)) {
      throw new MalformedFrameException(
          ErrorCode.UNSUPPORTED_VERSION,
          "protocol versions "
              + peerOldest
              + " to "
              + peerNewest
              + " (expected: one of "
              + OLDEST
              + " to "
              + NEWEST
              + ")");
    }
    return version;
  }
}
