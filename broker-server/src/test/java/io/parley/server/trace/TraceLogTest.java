package io.parley.server.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.engine.intake.CausedMessage;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceLogTest {
  private static final Duration DAY = Duration.ofDays(1);

  @TempDir private Path folder;
  private volatile Instant now = Instant.parse("2026-03-01T10:30:00Z");
  private final InstantSource time = () -> now;
  private TraceLog log;

  @BeforeEach
  void open() {
    log = TraceLog.open(folder.resolve("traces"), DAY, time);
  }

  @AfterEach
  void close() {
    log.close();
  }

  private static MessageId id(long number) {
    return new MessageId(7, number);
  }

  private static CausedMessage message(long number, long conversation, long cause) {
    return new CausedMessage(
        id(number),
        id(conversation),
        cause == 0 ? null : id(cause),
        MessageKind.EVENT,
        "shop.Something",
        1_000 + number);
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("traces"))) {
      return files.sorted().toList();
    }
  }

  @Test
  void shouldFindAConversationByAnyOfItsIdsAndNoOther() throws Exception {
    log.add(List.of(message(1, 1, 0), message(2, 1, 1), message(10, 10, 0)));
    log.add(List.of(message(3, 1, 2), message(11, 10, 10)));

    for (long number = 1; number <= 3; number++) {
      assertThat(log.conversationOf(id(number)))
          .as("of message " + number)
          .containsExactly(message(1, 1, 0), message(2, 1, 1), message(3, 1, 2));
    }
    assertThat(log.conversationOf(id(11))).hasSize(2);
    assertThat(log.conversationOf(id(99))).isEmpty();
  }

  @Test
  void shouldFindWhatAFirstMessageCausedThoughItIsNotWrittenDownItself() throws Exception {
    log.add(List.of(message(2, 1, 1)));

    assertThat(log.conversationOf(id(1))).containsExactly(message(2, 1, 1));
  }

  @Test
  void shouldTellAMessageOnceThatWasStoredTwice() throws Exception {
    log.add(List.of(message(1, 1, 0)));
    log.add(List.of(message(1, 1, 0)));

    assertThat(log.conversationOf(id(1))).hasSize(1);
  }

  @Test
  void shouldGoOnAfterItWasOpenedAgain() throws Exception {
    log.add(List.of(message(1, 1, 0)));
    log.close();
    log = TraceLog.open(folder.resolve("traces"), DAY, time);
    log.add(List.of(message(2, 1, 1)));

    assertThat(log.conversationOf(id(1))).hasSize(2);
  }

  @Test
  void shouldReadUpToADamagedEntryAndNotBeyond() throws Exception {
    log.add(List.of(message(1, 1, 0), message(2, 1, 1)));
    log.close();
    Path file = files().get(0);
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 1] ^= 1;
    Files.write(file, bytes, StandardOpenOption.TRUNCATE_EXISTING);
    log = TraceLog.open(folder.resolve("traces"), DAY, time);

    assertThat(log.conversationOf(id(1))).containsExactly(message(1, 1, 0));
  }

  @Test
  void shouldReadEachFileUpToWhereACrashCutIt() throws Exception {
    log.add(List.of(message(1, 1, 0), message(2, 1, 1)));
    log.close();
    Path file = files().get(0);
    byte[] bytes = Files.readAllBytes(file);
    for (int length = 0; length < bytes.length; length++) {
      Files.write(file, Arrays.copyOf(bytes, length));
      log = TraceLog.open(folder.resolve("traces"), DAY, time);
      assertThat(log.conversationOf(id(1)).size()).isEqualTo(length < bytes.length / 2 ? 0 : 1);
      log.close();
    }
  }

  @Test
  void shouldForgetAfterTheRetentionAHourAtATime() throws Exception {
    log.add(List.of(message(1, 1, 0)));
    log.conversationOf(id(1));
    now = now.plus(Duration.ofHours(12));
    log.add(List.of(message(2, 1, 1)));
    log.conversationOf(id(1));
    assertThat(files()).hasSize(2);
    now = now.plus(Duration.ofHours(13));
    log.add(List.of(message(3, 1, 2)));

    assertThat(log.conversationOf(id(3))).containsExactly(message(2, 1, 1), message(3, 1, 2));
    assertThat(files()).hasSize(2);
  }

  @Test
  void shouldTellAThousandMessagesOfAConversationAndNoMore() throws Exception {
    for (int i = 1; i <= TraceLog.MESSAGES_MAX + 1; i++) {
      log.add(List.of(message(i, 1, i - 1)));
      if (i % 500 == 0) {
        log.conversationOf(id(1)); // it keeps up
      }
    }

    assertThat(log.conversationOf(id(1))).hasSize(TraceLog.MESSAGES_MAX);
  }

  @Test
  void shouldRefuseRetentionsOutOfBounds() {
    assertThat(new TraceSettings(Duration.ZERO).retention()).isZero();
    assertThatThrownBy(() -> new TraceSettings(Duration.ofMinutes(59)))
        .hasMessage("trace retention: PT59M (expected: zero, or PT1H to PT720H)");
  }
}
