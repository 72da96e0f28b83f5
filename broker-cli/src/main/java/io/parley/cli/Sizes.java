package io.parley.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Sizes as people type them: {@code 1000}, {@code 64KiB}, {@code 10GiB}. */
final class Sizes implements ITypeConverter<Long> {
  private static final Pattern FORM = Pattern.compile("([0-9]{1,15})(KiB|MiB|GiB|TiB)?");

  @Override
  public Long convert(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new TypeConversionException(
          "'" + text + "' (expected: bytes, or a number and KiB, MiB, GiB or TiB)");
    }
    String unit = form.group(2) == null ? "" : form.group(2);
    int power =
        switch (unit) {
          case "KiB" -> 10;
          case "MiB" -> 20;
          case "GiB" -> 30;
          case "TiB" -> 40;
          default -> 0;
        };
    try {
      return Math.multiplyExact(Long.parseLong(form.group(1)), 1L << power);
    } catch (ArithmeticException e) {
      throw new TypeConversionException("'" + text + "' (expected: fewer bytes than 2^63)");
    }
  }
}
