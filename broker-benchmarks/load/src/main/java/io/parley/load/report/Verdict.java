package io.parley.load.report;

import io.parley.load.broker.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Whether a run found every promise kept, in words.
 *
 * @param isCorrect as {@link LoadReport#isCorrect}
 * @param text a sentence
 */
public record Verdict(boolean isCorrect, String text) {

  /** The verdict on a run. */
  public static Verdict of(LoadReport report) {
    List<String> wrongs = report.traffic().stream().flatMap(each -> wrongs(each).stream()).toList();
    if (!wrongs.isEmpty()) {
      return new Verdict(false, "Wrong: " + String.join("; ", wrongs) + ".");
    }
    List<String> checked = new ArrayList<>();
    boolean isStored =
        report.traffic().stream().anyMatch(each -> each.traffic().kind() != Kind.QUERIES);
    boolean isKept = report.traffic().stream().allMatch(each -> each.traffic().consumers() > 0);
    if (isStored) {
      checked.add(
          isKept
              ? "all that was confirmed arrived"
              : "but nobody received what was confirmed, so nothing could be checked");
    }
    if (report.traffic().stream().anyMatch(each -> each.traffic().keys() > 0) && isKept) {
      checked.add("each key's messages in order");
    }
    if (report.traffic().stream().anyMatch(each -> each.traffic().kind() == Kind.QUERIES)) {
      checked.add("every answer was its question's");
    }
    return new Verdict(true, "Correct: " + String.join(", ", checked) + ".");
  }

  private static List<String> wrongs(TrafficReport report) {
    List<String> wrongs = new ArrayList<>();
    for (Missing missing : report.missing()) {
      wrongs.add(
          counted(missing.count(), "confirmed message")
              + " never arrived"
              + (report.traffic().kind() == Kind.EVENTS
                  ? " at subscription " + (missing.destination() + 1)
                  : "")
              + first(missing));
    }
    addUnlessZero(wrongs, report.outOfOrder(), "out of order");
    addUnlessZero(wrongs, report.damaged(), "damaged");
    addUnlessZero(wrongs, report.wrongAnswers(), "answered with another question's answer");
    return wrongs;
  }

  private static String first(Missing missing) {
    if (missing.examples().isEmpty()) {
      return "";
    }
    Missing.Message first = missing.examples().get(0);
    return " (first: producer " + first.producer() + "'s number " + first.number() + ")";
  }

  private static void addUnlessZero(List<String> wrongs, long count, String how) {
    if (count > 0) {
      wrongs.add(counted(count, "message") + " " + how);
    }
  }

  private static String counted(long count, String what) {
    return String.format(Locale.ROOT, "%,d %s%s", count, what, count == 1 ? "" : "s");
  }
}
