package io.parley.protocol.codec;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.protocol.frame.Frame;
import io.parley.protocol.frame.FrameType;
import io.parley.protocol.model.Message;
import io.parley.protocol.model.MessageRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The bytes of every frame, checked in. A difference is a change of the contract: if it is meant,
 * write the files again with {@code -Dgolden.update=true} and review them.
 */
class GoldenVectorsTest {
  static final Path FILES = Path.of("src", "test", "resources", "golden");

  @BeforeAll
  static void writeTheFilesAgainIfToldTo() throws IOException {
    if (Boolean.getBoolean("golden.update")) {
      Files.createDirectories(FILES);
      for (Path old : files()) {
        Files.delete(old);
      }
      for (Map.Entry<String, String> file : expectedTexts().entrySet()) {
        Files.writeString(FILES.resolve(file.getKey()), file.getValue());
      }
      ProtocolDocumentTest.writeExamplesAgain();
    }
  }

  static Stream<String> frameNames() {
    return GoldenFrames.frames().keySet().stream();
  }

  static Stream<String> messageNames() {
    return GoldenFrames.messages().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("frameNames")
  void shouldEncodeAsBefore(String name) throws IOException {
    Frame frame = GoldenFrames.frames().get(name);

    assertThat(text(name, Codec.encode(frame))).isEqualTo(goldenText(name));
  }

  @ParameterizedTest
  @MethodSource("frameNames")
  void shouldDecodeAsBefore(String name) throws IOException {
    Frame frame = GoldenFrames.frames().get(name);

    assertThat(Codec.decodeOne(frame.type(), golden(name)))
        .usingRecursiveComparison()
        .isEqualTo(frame);
  }

  @ParameterizedTest
  @MethodSource("messageNames")
  void shouldEncodeRecordsAsBefore(String name) throws IOException {
    byte[] record = MessageRecord.encode(GoldenFrames.messages().get(name));

    assertThat(recordText(name, record)).isEqualTo(goldenText(name));
  }

  @ParameterizedTest
  @MethodSource("messageNames")
  void shouldDecodeRecordsAsBefore(String name) throws IOException {
    byte[] bytes = golden(name);
    MessageRecord record = new MessageRecord().wrap(bytes, 0);

    record.check(bytes.length);

    assertThat(record.isIntact()).isTrue();
    assertThat(record.toMessage())
        .usingRecursiveComparison()
        .isEqualTo(GoldenFrames.messages().get(name));
  }

  @Test
  void shouldHaveAFileForEveryFrameAndNoOther() throws IOException {
    assertThat(
            GoldenFrames.frames().values().stream()
                .map(Frame::type)
                .collect(toCollection(() -> EnumSet.noneOf(FrameType.class))))
        .containsExactlyInAnyOrder(FrameType.values());
    assertThat(files().stream().map(file -> file.getFileName().toString()))
        .containsExactlyInAnyOrderElementsOf(expectedTexts().keySet());
  }

  /** The bytes of a golden file. */
  static byte[] golden(String name) throws IOException {
    return FrameListing.bytes(goldenText(name));
  }

  static String goldenText(String name) throws IOException {
    return Files.readString(FILES.resolve(name + ".hex"));
  }

  private static Map<String, String> expectedTexts() {
    Map<String, String> texts = new TreeMap<>();
    for (Map.Entry<String, Frame> frame : GoldenFrames.frames().entrySet()) {
      texts.put(frame.getKey() + ".hex", text(frame.getKey(), Codec.encode(frame.getValue())));
    }
    for (Map.Entry<String, Message> message : GoldenFrames.messages().entrySet()) {
      texts.put(
          message.getKey() + ".hex",
          recordText(message.getKey(), MessageRecord.encode(message.getValue())));
    }
    return texts;
  }

  private static String text(String name, byte[] frame) {
    return FrameListing.text("golden/" + name + ".hex", frame, FrameListing.ofFrame(frame));
  }

  private static String recordText(String name, byte[] record) {
    return FrameListing.text("golden/" + name + ".hex", record, FrameListing.ofRecord(record));
  }

  private static TreeSet<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(FILES)) {
      return files.collect(toCollection(TreeSet::new));
    }
  }
}
