package io.parley.server.security;

/**
 * Who authenticated.
 *
 * @param name the user's name, or {@link #ANONYMOUS}'s
 */
public record Principal(String name) {
  /** Anybody on the broker's own machine, while no users are configured. */
  public static final Principal ANONYMOUS = new Principal("anonymous");
}
