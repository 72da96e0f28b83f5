package io.parley.protocol.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.parley.protocol.frame.FrameType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes encoded bytes apart by the field tables of docs/protocol.md and nothing else: a second
 * implementation of the contract, so that the document is tested against the codec and the other
 * way round.
 */
final class FrameListing {
  private static final int BYTES_PER_LINE = 16;
  private static final Pattern TYPE = Pattern.compile("([·?]?) ?`(\\w+)`");
  private static final Map<String, List<Row>> TABLES = new TreeMap<>();

  /** One row of a field table. */
  private record Row(char mark, String type, String field, int flag) {}

  /**
   * One field of the bytes taken apart.
   *
   * @param type the type in the table
   * @param sizeBytes how many of its first bytes are a length or a count; 0 where it has none
   */
  record Field(int offset, int length, String type, int sizeBytes, String comment) {}

  private final byte[] bytes;
  private final List<Field> fields = new ArrayList<>();
  private int at;
  private long count;
  private long flag;

  private FrameListing(byte[] bytes) {
    this.bytes = bytes;
  }

  /** The fields of a frame, from its length to its last. */
  static List<Field> ofFrame(byte[] frame) {
    FrameListing listing = new FrameListing(frame);
    listing.envelope();
    listing.finish();
    return listing.fields;
  }

  /** The fields of a message record. */
  static List<Field> ofRecord(byte[] record) {
    FrameListing listing = new FrameListing(record);
    listing.record("");
    listing.finish();
    return listing.fields;
  }

  /** The text of a golden file. */
  static String text(String title, byte[] bytes, List<Field> fields) {
    StringBuilder text = new StringBuilder("# " + title + "\n");
    for (Field field : fields) {
      for (int from = 0; from == 0 || from < field.length; from += BYTES_PER_LINE) {
        int to = Math.min(field.length, from + BYTES_PER_LINE);
        String hex =
            HexFormat.ofDelimiter(" ").formatHex(bytes, field.offset + from, field.offset + to);
        String line = from == 0 ? String.format("%-47s  # %s", hex, field.comment) : hex;
        text.append(line).append('\n');
      }
    }
    return text.toString();
  }

  /** The bytes of a golden file. */
  static byte[] bytes(String text) {
    return HexFormat.of().parseHex(text.replaceAll("#.*", "").replaceAll("\\s", ""));
  }

  private void envelope() {
    List<Row> rows = table("## The frame");
    rows.forEach(row -> field(row, ""));
    long length = number(0, 4);
    if (length != bytes.length - 4L) {
      throw new AssertionError("length: " + length + " (expected: " + (bytes.length - 4) + ")");
    }
    FrameType type = FrameType.ofCode(bytes[4] & 0xFF);
    Field code = fields.get(1);
    fields.set(1, new Field(4, 1, code.type, 0, "type: " + type));
    String heading = String.format("### `0x%02X` %s", type.code(), type);
    fields(table(heading), "");
  }

  private void finish() {
    if (at != bytes.length) {
      throw new AssertionError((bytes.length - at) + " bytes after the last field");
    }
  }

  private void fields(List<Row> rows, String prefix) {
    for (int i = 0; i < rows.size(); i++) {
      Row row = rows.get(i);
      if (row.mark == '?' && flag == 0) {
        continue;
      }
      if (row.type.equals("list16")) {
        int elements = i + 1;
        while (elements < rows.size() && rows.get(elements).mark == '·') {
          elements++;
        }
        list(row, rows.subList(i + 1, elements), prefix);
        i = elements - 1;
      } else {
        field(row, prefix);
      }
    }
  }

  private void list(Row row, List<Row> element, String prefix) {
    long size = number(at, 2);
    add(2, row.type, 2, prefix + row.field + ": " + size);
    for (int i = 0; i < size; i++) {
      String each = prefix + row.field + "[" + i + "] ";
      if (row.field.equals("settlements")) {
        settlement(element.get(0), each);
      } else {
        fields(element, each);
      }
    }
  }

  private void settlement(Row kind, String prefix) {
    long number = number(at, 1);
    for (String heading : ProtocolDocument.read().lines()) {
      if (heading.startsWith("#### Settlement " + number + ": ")) {
        add(1, kind.type, 0, prefix + number + ", " + heading.substring(19));
        fields(table(heading), prefix);
        return;
      }
    }
    throw new AssertionError("no section for settlement " + number);
  }

  private void field(Row row, String prefix) {
    String name = prefix + row.field + ": ";
    switch (row.type) {
      case "u8" -> add(1, row.type, 0, name + number(at, 1));
      case "bool" -> {
        flag = number(at, 1);
        add(1, row.type, 0, name + flag);
      }
      case "u16" -> add(2, row.type, 0, name + number(at, 2));
      case "u32" -> {
        long value = number(at, 4);
        boolean isCount = row.field.equals("count");
        count = isCount ? value : count;
        boolean isLength = row.field.equals("length");
        add(4, row.type, isCount || isLength ? 4 : 0, name + shown(row.field, value));
      }
      case "u64" -> add(8, row.type, 0, name + Long.toUnsignedString(number(at, 8)));
      case "i64" -> add(8, row.type, 0, name + number(at, 8));
      case "id" -> add(16, row.type, 0, name + new UUID(number(at, 8), number(at + 8, 8)));
      case "str8" -> text(row.type, 1, name);
      case "str16" -> text(row.type, 2, name);
      case "bytes32" -> {
        int length = (int) number(at, 4);
        add(4 + length, row.type, 4, name + content(at + 4, length));
      }
      case "records" -> records(count, prefix);
      case "records32" -> {
        int length = (int) number(at, 4);
        add(4, row.type, 4, name + length + " bytes");
        recordsUntil(at + length, prefix);
      }
      default -> throw new AssertionError("no type of the notation: " + row.type);
    }
  }

  private static String shown(String field, long value) {
    return switch (field) {
      case "magic", "crc32c" -> String.format("0x%08x", value);
      default -> String.valueOf(value);
    };
  }

  private void text(String type, int sizeBytes, String name) {
    int length = (int) number(at, sizeBytes);
    String text = new String(bytes, at + sizeBytes, length, UTF_8);
    add(sizeBytes + length, type, sizeBytes, name + '"' + text + '"');
  }

  private String content(int from, int length) {
    String text = new String(bytes, from, length, UTF_8);
    boolean readable = text.chars().allMatch(c -> c >= ' ' && c <= '~');
    return length + " bytes" + (length > 0 && readable ? ", " + text : "");
  }

  private void recordsUntil(int end, String prefix) {
    long records = 0;
    for (int next = at; next < end; next += 4 + (int) number(next, 4)) {
      records++;
    }
    records(records, prefix);
    if (at != end) {
      throw new AssertionError("records end at " + at + " (expected: " + end + ")");
    }
  }

  private void records(long records, String prefix) {
    for (int i = 0; i < records; i++) {
      record(prefix + (records == 1 ? "record " : "record[" + i + "] "));
    }
  }

  private void record(String prefix) {
    int start = at;
    int end = start + 4 + (int) number(start, 4);
    int flags = (int) number(start + 10, 2);
    long headers = 0;
    List<Row> element = new ArrayList<>();
    for (Row row : table("## The message record")) {
      if (row.flag != 0 && (row.flag & flags) == 0) {
        continue;
      }
      if (row.type.equals("list8")) {
        headers = number(at, 1);
        add(1, row.type, 1, prefix + row.field + ": " + headers);
      } else if (row.mark == '·') {
        element.add(row);
      } else if (row.type.equals("rest")) {
        for (int i = 0; i < headers; i++) {
          fields(element, prefix + "headers[" + i + "] ");
        }
        if (end > at) {
          int length = end - at;
          add(length, row.type, 0, prefix + row.field + ": " + content(at, length));
        }
      } else if (row.field.equals("flags")) {
        add(2, row.type, 0, prefix + String.format("flags: 0x%04x", flags));
      } else {
        field(row, prefix);
      }
    }
  }

  private void add(int length, String type, int sizeBytes, String comment) {
    fields.add(new Field(at, length, type, sizeBytes, comment));
    at += length;
  }

  private long number(int from, int length) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    return switch (length) {
      case 1 -> buffer.get(from) & 0xFF;
      case 2 -> buffer.getShort(from) & 0xFFFF;
      case 4 -> buffer.getInt(from) & 0xFFFF_FFFFL;
      default -> buffer.getLong(from);
    };
  }

  private static synchronized List<Row> table(String heading) {
    return TABLES.computeIfAbsent(heading, FrameListing::readTable);
  }

  private static List<Row> readTable(String heading) {
    List<Row> rows = new ArrayList<>();
    boolean flagged = false;
    for (List<String> cells : ProtocolDocument.read().rows(heading)) {
      if (cells.contains("Field")) {
        flagged = cells.get(0).equals("Flag");
        continue;
      }
      if (cells.size() > (flagged ? 4 : 3)) {
        break; // the table of codes follows that of the frame
      }
      Matcher type = TYPE.matcher(cells.get(flagged ? 1 : 0));
      if (!type.matches()) {
        throw new AssertionError(heading + ": no type in " + cells);
      }
      char mark = type.group(1).isEmpty() ? ' ' : type.group(1).charAt(0);
      String flag = flagged ? cells.get(0).replace("`", "") : "";
      rows.add(
          new Row(
              mark,
              type.group(2),
              cells.get(flagged ? 2 : 1),
              flag.isEmpty() ? 0 : Integer.decode(flag)));
    }
    return rows;
  }
}
