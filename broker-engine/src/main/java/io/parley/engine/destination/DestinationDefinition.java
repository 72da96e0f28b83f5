package io.parley.engine.destination;

import io.parley.engine.group.ValueReader;
import io.parley.engine.group.ValueWriter;
import io.parley.engine.store.Table;
import io.parley.protocol.model.TypePattern;
import java.util.ArrayList;
import java.util.List;

/**
 * What a destination is, as stored.
 *
 * @param id its number, from 1
 * @param name of the queue or subscription; the type for unowned commands
 * @param service whose it is; empty while unowned
 * @param patterns which events an inbox gets; empty otherwise
 * @param createdAtMs milliseconds since the epoch
 * @param settings what operators set for it
 */
public record DestinationDefinition(
    int id,
    DestinationKind kind,
    String name,
    String service,
    List<TypePattern> patterns,
    long createdAtMs,
    DestinationSettings settings) {
  private static final int VERSION = 2;

  /** Without settings. */
  private static final int OLDEST_VERSION = 1;

  /** The same, with a text of the service's name that others have as well. */
  DestinationDefinition ofService(String sameService) {
    return new DestinationDefinition(
        id,
        kind,
        name,
        sameService.equals(name) ? name : sameService,
        patterns,
        createdAtMs,
        settings);
  }

  /** Whether an inbox gets events of a type. */
  public boolean wants(String type) {
    for (TypePattern pattern : patterns) {
      if (pattern.matches(type)) {
        return true;
      }
    }
    return false;
  }

  /** The same with other patterns. */
  public DestinationDefinition withPatterns(List<TypePattern> newPatterns) {
    return new DestinationDefinition(id, kind, name, service, newPatterns, createdAtMs, settings);
  }

  /** The same with other settings. */
  public DestinationDefinition withSettings(DestinationSettings newSettings) {
    return new DestinationDefinition(id, kind, name, service, patterns, createdAtMs, newSettings);
  }

  /** The value in {@link Table#DESTINATIONS}. */
  public byte[] encode() {
    ValueWriter out =
        new ValueWriter(VERSION)
            .u8(kind.code())
            .text(name)
            .text(service)
            .i64(createdAtMs)
            .u16(patterns.size());
    patterns.forEach(pattern -> out.text(pattern.text()));
    settings.encode(out);
    return out.done();
  }

  /** Reads {@link #encode}'s value. */
  public static DestinationDefinition decode(int id, byte[] value) {
    ValueReader in = new ValueReader(Table.DESTINATIONS, value, OLDEST_VERSION, VERSION);
    DestinationKind kind = in.meaning(in.u8(), DestinationKind::ofCode);
    String name = in.text();
    String service = in.text();
    long createdAtMs = in.i64();
    List<TypePattern> patterns = new ArrayList<>();
    for (int left = in.u16(); left > 0; left--) {
      patterns.add(in.meaning(in.text(), TypePattern::new));
    }
    DestinationSettings settings =
        in.version() >= 2 ? DestinationSettings.decode(in) : DestinationSettings.NONE;
    return new DestinationDefinition(
        id, kind, name, service, List.copyOf(patterns), createdAtMs, settings);
  }
}
