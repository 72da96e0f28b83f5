package io.parley.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** That docs/semantics.md names no proof that isn't there. */
class SemanticsDocumentTest {
  private static final int PROMISES = 16;

  private static final Pattern PROMISE = Pattern.compile("(?m)^## (\\d+)\\. ");
  private static final Pattern TARGET = Pattern.compile("(?m)^\\[(\\w+)]: (\\S+)$");
  private static final Pattern PROOF = Pattern.compile("\\[(\\w+(?:Test|IT))](?!:)|`(should\\w+)`");

  @Test
  void shouldHaveEveryPromiseWithAProof() throws IOException {
    String[] promises = document().split("(?m)^## ");
    List<Integer> numbers = new ArrayList<>();
    for (String promise : promises) {
      Matcher number = PROMISE.matcher("## " + promise);
      if (number.find()) {
        numbers.add(Integer.valueOf(number.group(1)));
        assertThat(promise).containsPattern("`should\\w+`");
      }
    }
    assertThat(numbers).hasSize(PROMISES).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void shouldProveEveryPromiseByATestThatExists() throws IOException {
    Map<String, String> sources = sources();
    List<String> wrong = new ArrayList<>();
    int proofs = 0;
    for (String line : document().lines().toList()) {
      String source = null;
      Matcher proof = PROOF.matcher(line);
      while (proof.find()) {
        if (proof.group(1) != null) {
          source = sources.get(proof.group(1));
          assertThat(source).as(proof.group(1) + " has a target").isNotNull();
        } else if (source == null || !isTest(proof.group(2), source)) {
          wrong.add(line + ": " + proof.group(2));
        } else {
          proofs++;
        }
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(proofs).isGreaterThan(100);
  }

  private static boolean isTest(String method, String source) {
    String parameters = "(\\{[^;{}]*}[^;{}]*)?"; // of an annotation
    return Pattern.compile(
            "@(Parameterized)?Test\\b[^;{}]*" + parameters + "\\bvoid " + method + "\\(")
        .matcher(source)
        .find();
  }

  /** The classes named at the document's end, by their names. */
  private static Map<String, String> sources() throws IOException {
    Map<String, String> sources = new TreeMap<>();
    Matcher target = TARGET.matcher(document());
    while (target.find()) {
      sources.put(target.group(1), Files.readString(docs().resolve(target.group(2))));
    }
    return sources;
  }

  private static String document() throws IOException {
    return Files.readString(docs().resolve("semantics.md"));
  }

  private static Path docs() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("docs/semantics.md"))) {
      folder = folder.getParent();
      assertThat(folder).as("folder with docs/semantics.md").isNotNull();
    }
    return folder.resolve("docs");
  }
}
