package io.parley.cli;

import io.parley.cli.console.JsonObject;
import io.parley.cli.console.Text;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What in a catalogue has lost its other side. The words are a contract with tools. */
final class Orphans {
  private Orphans() {}

  /**
   * The orphans of a catalogue.
   *
   * @param unreadSince an inbox that was consumed after this isn't one
   */
  static List<Map<String, Object>> in(JsonObject catalog, Instant unreadSince) {
    List<Map<String, Object>> orphans = new ArrayList<>();
    for (JsonObject type : catalog.objects("types")) {
      boolean isUsed = !type.objects("uses").isEmpty();
      String name = type.text("name");
      if (type.text("kind").equals("command") && type.textOrNull("owner") == null) {
        long waiting = type.number("waiting");
        orphans.add(
            orphan("UNOWNED_COMMAND", name, "nobody owns it; " + waiting(waiting) + " for it"));
      } else if (type.text("kind").equals("event")
          && isUsed
          && type.texts("subscriptions").isEmpty()) {
        orphans.add(orphan("UNREAD_EVENT", name, "it is published, and no subscription wants it"));
      }
    }
    for (JsonObject inbox : catalog.objects("subscriptions")) {
      String seen = inbox.textOrNull("lastSeen");
      String since = seen == null ? inbox.text("created") : seen;
      if (inbox.number("consumers") == 0 && !Instant.parse(since).isAfter(unreadSince)) {
        String who =
            seen == null ? "nobody ever consumed it since " : "nobody consumes it, last at ";
        orphans.add(
            orphan(
                "UNREAD_INBOX",
                inbox.text("name"),
                who
                    + Text.time(since)
                    + "; "
                    + Text.counted(inbox.number("ready"), "event")
                    + " ready"));
      }
    }
    return orphans;
  }

  private static String waiting(long commands) {
    return Text.counted(commands, "command") + (commands == 1 ? " waits" : " wait");
  }

  private static Map<String, Object> orphan(String what, String name, String why) {
    Map<String, Object> orphan = new LinkedHashMap<>();
    orphan.put("what", what);
    orphan.put("name", name);
    orphan.put("why", why);
    return orphan;
  }
}
