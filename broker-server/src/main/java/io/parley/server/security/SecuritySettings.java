package io.parley.server.security;

import java.util.Map;
import java.util.TreeMap;

/**
 * Who may connect.
 *
 * @param users user name → password; empty: anybody, which is allowed on loopback only
 */
public record SecuritySettings(Map<String, String> users) {
  /** What holds where nothing is configured: nobody is asked who they are. */
  public static final SecuritySettings DEFAULTS = new SecuritySettings(Map.of());

  /** Copies the users. */
  public SecuritySettings {
    users = Map.copyOf(users);
  }

  /** Whether clients must say who they are. */
  public boolean authenticationRequired() {
    return !users.isEmpty();
  }

  /** The users' names; passwords never reach a log. */
  @Override
  public String toString() {
    return "SecuritySettings[users=" + new TreeMap<>(users).keySet() + "]";
  }
}
