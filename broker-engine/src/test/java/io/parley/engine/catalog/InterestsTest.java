package io.parley.engine.catalog;

import static io.parley.engine.testing.TestMessage.event;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.engine.destination.Destination;
import io.parley.engine.testing.TestNamespace;
import io.parley.protocol.model.TypePattern;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class InterestsTest {
  private static final String[] SEGMENTS = {"a", "b", "", "ab"};
  private static final int NAMESPACES = 40;
  private static final int STEPS = 60;

  @Test
  void shouldFindTheInboxesWhosePatternsFitWhateverChangedBefore() {
    String given = System.getProperty("parley.seed");
    Random seeds = new Random();
    for (int i = 0; i < (given == null ? NAMESPACES : 1); i++) {
      long seed = given == null ? seeds.nextLong() : Long.parseLong(given);
      try {
        subscribeAndPublish(new Random(seed));
      } catch (AssertionError failure) {
        throw new AssertionError(
            "replay with: mvn -pl broker-engine test -Dtest=InterestsTest -Dparley.seed=" + seed,
            failure);
      }
    }
  }

  @Test
  void shouldKeepNoPlaceInItsTreeForPatternsThatNobodyHas() {
    TestNamespace namespace = new TestNamespace();
    namespace.subscribe("one", "shop.cart.*", "shop.*.Done", "shop.>");
    namespace.subscribe("other", "shop.cart.*", "shop.cart.>");
    List<Destination> inboxes = List.copyOf(namespace.engine().destinations().all());
    Destination one = inboxes.get(0);
    Destination other = inboxes.get(1);
    Interests interests = new Interests();

    interests.add(one);
    int placesForOne = interests.places();
    interests.add(other);
    interests.remove(other);
    assertThat(interests.places()).isEqualTo(placesForOne);
    assertThat(interests.in("shop.cart.Filled")).containsExactly(one);

    interests.remove(one);
    assertThat(interests.places()).isZero();
    assertThat(interests.in("shop.cart.Filled")).isEmpty();
  }

  private static void subscribeAndPublish(Random random) {
    TestNamespace namespace = new TestNamespace();
    for (int step = 0; step < STEPS; step++) {
      if (random.nextInt(3) == 0) {
        namespace.subscribe("s" + random.nextInt(8), patterns(random));
      } else {
        publish(namespace, type(random));
      }
      if (random.nextInt(20) == 0) {
        namespace.restart();
      }
    }
  }

  private static void publish(TestNamespace namespace, String type) {
    List<Long> expected = new ArrayList<>();
    for (Destination inbox : namespace.engine().destinations().all()) {
      boolean wants =
          inbox.definition().patterns().stream().anyMatch(pattern -> pattern.matches(type));
      expected.add(inbox.ready() + (wants ? 1 : 0));
    }

    assertThat(namespace.send(event(type, "1"))).isEmpty();

    assertThat(namespace.engine().destinations().all().stream().map(Destination::ready).toList())
        .as("inboxes after an event of type '%s'", type)
        .isEqualTo(expected);
  }

  private static String type(Random random) {
    String type = segments(random, SEGMENTS.length);
    return type.isEmpty() ? "a" : type;
  }

  private static String[] patterns(Random random) {
    String[] patterns = new String[1 + random.nextInt(3)];
    for (int i = 0; i < patterns.length; i++) {
      patterns[i] = pattern(random);
      new TypePattern(patterns[i]); // is one
    }
    return patterns;
  }

  private static String pattern(Random random) {
    String start = segments(random, SEGMENTS.length + 2); // stars as well
    return switch (random.nextInt(4)) {
      case 0 -> start.isEmpty() ? ">" : start + ".>";
      default -> start.isEmpty() ? "*" : start;
    };
  }

  private static String segments(Random random, int kinds) {
    StringBuilder text = new StringBuilder();
    for (int left = 1 + random.nextInt(3); left > 0; left--) {
      int kind = random.nextInt(kinds);
      text.append(kind < SEGMENTS.length ? SEGMENTS[kind] : "*").append(left > 1 ? "." : "");
    }
    return text.toString();
  }
}
