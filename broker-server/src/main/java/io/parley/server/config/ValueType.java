package io.parley.server.config;

import io.parley.protocol.model.Names;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * How the text of a value is read and written.
 *
 * @param expected what is accepted, to stand after "expected: "
 * @param parser text → value; throws {@link IllegalArgumentException} for anything else
 * @param mapParser the same for a map in the file
 * @param formatter value → the text that reads as it
 */
record ValueType<T>(
    String expected,
    Function<String, T> parser,
    Function<Map<String, String>, T> mapParser,
    Function<T, String> formatter) {
  private static final Pattern NUMBER_AND_UNIT = Pattern.compile("(\\d{1,15})\\s*([A-Za-z]*)");
  private static final int PASSWORD_MAX_CHARS = 1_024;

  /** Longest unit first, so that a value is written with the longest that fits. */
  private static final Map<String, Long> SIZE_UNITS = new LinkedHashMap<>();

  private static final Map<String, Duration> TIME_UNITS = new LinkedHashMap<>();

  static {
    SIZE_UNITS.put("GiB", 1L << 30);
    SIZE_UNITS.put("MiB", 1L << 20);
    SIZE_UNITS.put("KiB", 1L << 10);
    SIZE_UNITS.put("B", 1L);
    TIME_UNITS.put("d", Duration.ofDays(1));
    TIME_UNITS.put("h", Duration.ofHours(1));
    TIME_UNITS.put("m", Duration.ofMinutes(1));
    TIME_UNITS.put("s", Duration.ofSeconds(1));
    TIME_UNITS.put("ms", Duration.ofMillis(1));
  }

  private ValueType(String expected, Function<String, T> parser, Function<T, String> formatter) {
    this(
        expected,
        parser,
        map -> {
          throw new IllegalArgumentException("a map");
        },
        formatter);
  }

  /** The value of a setting. */
  T parse(Setting setting) {
    return setting.text() == null
        ? mapParser.apply(setting.entries())
        : parser.apply(setting.text());
  }

  /** Bytes; without a unit the number is bytes too. */
  static ValueType<Long> size(long min, long max) {
    return new ValueType<>(
        "a size from " + formatSize(min) + " to " + formatSize(max) + ", such as 64MiB",
        text -> requireBetween(parseSize(text), min, max),
        ValueType::formatSize);
  }

  /** A duration always has a unit: "30" alone would be read as seconds by some and ms by others. */
  static ValueType<Duration> duration(Duration min, Duration max) {
    return new ValueType<>(
        "a duration from "
            + formatDuration(min)
            + " to "
            + formatDuration(max)
            + ", with a unit of ms, s, m, h or d, such as 30s",
        text -> requireBetween(parseDuration(text), min, max),
        ValueType::formatDuration);
  }

  /** A duration, or 0s for not at all. */
  static ValueType<Duration> durationOrOff(Duration min, Duration max) {
    ValueType<Duration> on = duration(min, max);
    return new ValueType<>(
        "0s for not at all, or " + on.expected(),
        text -> parseDuration(text).isZero() ? Duration.ZERO : on.parser().apply(text),
        ValueType::formatDuration);
  }

  static ValueType<Long> count(long min, long max) {
    return new ValueType<>(
        "a whole number from " + min + " to " + max,
        text -> requireBetween(Long.valueOf(text), min, max),
        String::valueOf);
  }

  static ValueType<Integer> number(int min, int max) {
    return new ValueType<>(
        "a whole number from " + min + " to " + max,
        text -> requireBetween(Integer.valueOf(text), min, max),
        String::valueOf);
  }

  static ValueType<Boolean> bool() {
    return new ValueType<>(
        "true or false",
        text ->
            switch (text) {
              case "true" -> true;
              case "false" -> false;
              default -> throw new IllegalArgumentException(text);
            },
        String::valueOf);
  }

  /** One of an enum's constants, written in lower case with hyphens. */
  static <E extends Enum<E>> ValueType<E> choice(Class<E> constants) {
    E[] all = constants.getEnumConstants();
    Function<E, String> written =
        constant -> constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    return new ValueType<>(
        "one of " + Arrays.stream(all).map(written).collect(Collectors.joining(", ")),
        text ->
            Arrays.stream(all)
                .filter(constant -> written.apply(constant).equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(text)),
        written);
  }

  static ValueType<String> host() {
    return new ValueType<>(
        "an address or name of this machine, without a port",
        text -> {
          boolean hasPort = text.indexOf(':') >= 0 && text.indexOf(':') == text.lastIndexOf(':');
          if (text.isEmpty() || hasPort || text.chars().anyMatch(ValueType::isNoHostCharacter)) {
            throw new IllegalArgumentException(text);
          }
          return text;
        },
        Function.identity());
  }

  static ValueType<Path> directory() {
    return new ValueType<>(
        "the path of a directory",
        text -> {
          if (text.isBlank()) {
            throw new IllegalArgumentException(text);
          }
          return Path.of(text);
        },
        Path::toString);
  }

  /** Users and passwords: {@code name:password}, separated by commas or line breaks. */
  static ValueType<Map<String, String>> users() {
    return new ValueType<>(
        "name:password, several separated by commas or line breaks; names of A-Z a-z 0-9 . _ -,"
            + " passwords of 1 to "
            + PASSWORD_MAX_CHARS
            + " characters",
        ValueType::parseUsers,
        ValueType::checkUsers,
        users ->
            users.entrySet().stream()
                .map(user -> user.getKey() + ":" + user.getValue())
                .collect(Collectors.joining(",")));
  }

  private static Map<String, String> parseUsers(String text) {
    Map<String, String> users = new LinkedHashMap<>();
    for (String entry : List.of(text.split("[,\r\n]"))) {
      if (!entry.isBlank()) {
        int colon = entry.indexOf(':');
        addUser(entry.substring(0, Math.max(colon, 0)).strip(), entry.substring(colon + 1), users);
      }
    }
    if (users.isEmpty()) {
      throw new IllegalArgumentException("no entry");
    }
    return users;
  }

  private static Map<String, String> checkUsers(Map<String, String> entries) {
    Map<String, String> users = new LinkedHashMap<>();
    entries.forEach((name, password) -> addUser(name, password, users));
    return users;
  }

  /** The errors hold nothing of the entry, as what looks like a name may be half a password. */
  private static void addUser(String name, String password, Map<String, String> users) {
    String entry = "entry " + (users.size() + 1);
    if (name.isEmpty() || !isName(name)) {
      throw new IllegalArgumentException(entry + " has no user's name and ':'");
    }
    if (password.isEmpty() || password.length() > PASSWORD_MAX_CHARS) {
      throw new IllegalArgumentException(
          entry + " has a password of " + password.length() + " characters");
    }
    if (users.put(name, password) != null) {
      throw new IllegalArgumentException(entry + " has the same name as one before");
    }
  }

  private static boolean isName(String text) {
    try {
      Names.require("user", text);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean isNoHostCharacter(int c) {
    return c <= ' ' || c == '/' || c == ',' || c == '@';
  }

  private static long parseSize(String text) {
    Matcher matcher = NUMBER_AND_UNIT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(text);
    }
    String unit = matcher.group(2).isEmpty() ? "B" : matcher.group(2);
    Long factor = SIZE_UNITS.get(unit);
    if (factor == null) {
      throw new IllegalArgumentException(text);
    }
    return multiply(matcher.group(1), factor);
  }

  private static Duration parseDuration(String text) {
    Matcher matcher = NUMBER_AND_UNIT.matcher(text);
    Duration unit = matcher.matches() ? TIME_UNITS.get(matcher.group(2)) : null;
    if (unit == null) {
      throw new IllegalArgumentException(text);
    }
    return Duration.ofMillis(multiply(matcher.group(1), unit.toMillis()));
  }

  private static long multiply(String digits, long factor) {
    try {
      return new BigDecimal(digits).multiply(BigDecimal.valueOf(factor)).longValueExact();
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(digits, e);
    }
  }

  private static String formatSize(long bytes) {
    for (Map.Entry<String, Long> unit : SIZE_UNITS.entrySet()) {
      if (bytes > 0 && bytes % unit.getValue() == 0) {
        return bytes / unit.getValue() + unit.getKey();
      }
    }
    return bytes + "B";
  }

  private static String formatDuration(Duration duration) {
    long ms = duration.toMillis();
    for (Map.Entry<String, Duration> unit : TIME_UNITS.entrySet()) {
      long unitMs = unit.getValue().toMillis();
      if (ms > 0 && ms % unitMs == 0) {
        return ms / unitMs + unit.getKey();
      }
    }
    return ms + "ms";
  }

  private static <C extends Comparable<C>> C requireBetween(C value, C min, C max) {
    if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
      throw new IllegalArgumentException(String.valueOf(value));
    }
    return value;
  }
}
