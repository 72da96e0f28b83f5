package io.parley.client;

/** How the client presents itself to brokers. */
final class Library {
  /** Name and version. */
  static final String NAME = "parley-java/" + version();

  private Library() {}

  private static String version() {
    String version = Library.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
