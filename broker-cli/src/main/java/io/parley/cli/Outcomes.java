package io.parley.cli;

import io.parley.cli.console.Details;
import io.parley.cli.console.JsonObject;
import io.parley.cli.console.Text;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.Outcome;
import io.parley.protocol.model.Payload;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Outcomes in the admin API's form, wherever they come from, and as lines. */
final class Outcomes {
  private Outcomes() {}

  /** An outcome the client brought, as the admin API writes one. */
  static JsonObject json(MessageId id, Outcome outcome) {
    Payload result = outcome.result();
    boolean hasResult = result.contentType() != null || !result.isEmpty();
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("id", id.toString());
    fields.put("status", outcome.status().name());
    fields.put("code", outcome.code());
    fields.put("reason", outcome.reason());
    fields.put("at", outcome.atMs() == 0 ? null : Instant.ofEpochMilli(outcome.atMs()).toString());
    fields.put("result", hasResult ? Bytes.textOrNull(result.bytes()) : null);
    fields.put("contentType", result.contentType());
    return new JsonObject(fields);
  }

  /** An outcome for people. */
  static List<String> lines(JsonObject outcome) {
    Details details =
        new Details().add("Command", outcome.text("id")).add("Status", outcome.text("status"));
    addIfThere(details, "Code", outcome.textOrNull("code"));
    addIfThere(details, "Reason", outcome.textOrNull("reason"));
    String at = outcome.textOrNull("at");
    addIfThere(details, "At", at == null ? null : Text.time(at) + " UTC");
    addIfThere(details, "Result", outcome.textOrNull("result"));
    return details.lines();
  }

  private static void addIfThere(Details details, String name, @Nullable String value) {
    if (value != null && !value.isEmpty()) {
      details.add(name, value);
    }
  }
}
