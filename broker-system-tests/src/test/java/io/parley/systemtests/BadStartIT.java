package io.parley.systemtests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.parley.client.ClientListener;
import io.parley.client.CommandResult;
import io.parley.client.OutgoingMessage;
import io.parley.client.ParleyClient;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.protocol.model.MessageId;
import io.parley.testkit.EmbeddedBroker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What keeps a broker from starting: it says which value, where, and what was expected, leaves the
 * data as it is, and starts once the cause is gone.
 */
class BadStartIT {
  private static final int EX_CONFIG = 78;

  // ---- configuration: the whole process, as who made the mistake sees it

  @Test
  void shouldRefuseBadConfigurationAndNameEveryMistake(@TempDir Path folder) throws Exception {
    Path config = folder.resolve("parley.yaml");
    Files.writeString(
        config,
        """
        delivery:
          max-atempts: 3
          lease: 30
        limits:
          max-message: 1TiB
        """);
    Refusal refusal =
        refusedServer(
            Map.of("PARLEY_NETWORK_PORT", "70000", "PARLEY_DATA_DIRECTRY", "x"),
            "--config",
            config.toString(),
            "--data",
            folder.resolve("data").toString());

    assertThat(refusal.exitCode).isEqualTo(EX_CONFIG);
    assertThat(refusal.said)
        .contains("max-atempts")
        .contains("delivery.max-attempts") // the nearest known key
        .contains("'30'")
        .contains("'1TiB'")
        .contains("'70000'")
        .contains("0 to 65535")
        .contains("PARLEY_DATA_DIRECTRY")
        .contains("PARLEY_DATA_DIRECTORY")
        .doesNotContain("\tat ");
    assertThat(folder.resolve("data")).doesNotExist();
  }

  @Test
  void shouldRefuseToBeReachableByEverybody(@TempDir Path folder) throws Exception {
    Refusal refusal =
        refusedServer(Map.of(), "--host", "0.0.0.0", "--data", folder.resolve("data").toString());
    assertThat(refusal.exitCode).isEqualTo(EX_CONFIG);
    assertThat(refusal.said).contains("'0.0.0.0'").contains("security.users");
  }

  private record Refusal(int exitCode, String said) {}

  private static Refusal refusedServer(Map<String, String> environment, String... options)
      throws Exception {
    List<String> arguments = new ArrayList<>(List.of("server", "--http-port", "0"));
    arguments.addAll(List.of(options));
    Path output = Files.createTempFile("parley-refused", ".txt");
    ProcessBuilder builder =
        BrokerProcess.command(List.of("-XX:TieredStopAtLevel=1"), arguments)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    try {
      assertThat(process.waitFor(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS))
          .as("the process ends")
          .isTrue();
      return new Refusal(process.exitValue(), Files.readString(output));
    } finally {
      process.destroyForcibly();
      Files.delete(output);
    }
  }

  // ---- ports

  @Test
  void shouldRefusePortInUse(@TempDir Path data) throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = taken.getLocalPort();
      assertRefused(
          ErrorCode.INVALID_ARGUMENT,
          List.of("" + port, "in use", "network.port", "expected"),
          () -> EmbeddedBroker.startOn(data, Settings.port(port)).close());
      assertRefused(
          ErrorCode.INVALID_ARGUMENT,
          List.of("" + port, "in use", "http.port", "expected"),
          () -> EmbeddedBroker.startOn(data, Settings.httpPort(port)).close());
    }
    // Nothing is left of the attempts: neither lock nor thread nor port.
    EmbeddedBroker.startOn(data).close();
  }

  // ---- the data directory

  @Test
  void shouldRefuseDirectoryOfBrokerThatRuns(@TempDir Path data) throws Exception {
    try (BrokerProcess first = BrokerProcess.start(data);
        ParleyClient client = ParleyClient.connect(first.uri(), "")) {
      assertRefused(
          ErrorCode.DATA_DIRECTORY_LOCKED,
          List.of(data.toString(), "process " + first.pid(), "expected: one broker"),
          () -> EmbeddedBroker.startOn(data).close());
      // The first one noticed nothing.
      assertThat(client.send("AddProduct", "lantern")).isNotNull();
      first.kill();
    }
    // A lock whose holder was killed is none.
    assertHolds(data, 1);
  }

  @Test
  void shouldRefuseDirectoryOfNewerFormatUntouched(@TempDir Path data) throws Exception {
    store(data, 10);
    Path format = data.resolve("format");
    String known = Files.readString(format);
    Files.writeString(format, "4\n");
    Map<Path, Long> before = sizes(data);

    assertRefused(
        ErrorCode.DATA_FORMAT_TOO_NEW,
        List.of(format.toString(), "format 4", "expected: at most 3"),
        () -> EmbeddedBroker.startOn(data).close());

    assertThat(sizes(data)).isEqualTo(before);
    Files.writeString(format, known);
    assertHolds(data, 10);
  }

  @Test
  void shouldRefuseDirectoryThatHoldsSomethingElse(@TempDir Path data) throws Exception {
    Files.writeString(data.resolve("thesis.txt"), "precious");
    assertRefused(
        ErrorCode.INVALID_ARGUMENT,
        List.of(data.toString(), "'thesis.txt'", "expected: empty"),
        () -> EmbeddedBroker.startOn(data).close());
    try (Stream<Path> files = Files.list(data)) {
      assertThat(files).containsExactly(data.resolve("thesis.txt"));
    }
  }

  /** What was confirmed and is only in the log, when one bit of it flipped. */
  @Test
  void shouldRefuseDirectoryWithCorruptJournalAndNameIt(@TempDir Path folder) throws Exception {
    Path data = folder.resolve("data");
    int messages = 3_000;
    try (BrokerProcess broker = BrokerProcess.start(data)) {
      // In many commits: damage in the last one can't be told from a write that was cut short.
      for (int i = 0; i < messages / 100; i++) {
        send(broker.uri(), 100);
      }
      broker.kill();
    }
    for (String sort : List.of(".journal", "MANIFEST-", "CURRENT")) {
      assertDamageIsFound(copy(data, folder.resolve("killed " + sort)), sort, messages);
    }
  }

  @Test
  void shouldRefuseDirectoryWithCorruptTableAndNameIt(@TempDir Path folder) throws Exception {
    Path data = folder.resolve("data");
    int messages = 3_000;
    store(data, messages);
    assertHolds(data, messages);
    for (String sort : List.of(".sst", "MANIFEST-")) {
      assertDamageIsFound(copy(data, folder.resolve("closed " + sort)), sort, messages);
    }
  }

  /** Messages are not read at the start, so it is found when they are due. */
  @Test
  void shouldNotBeReadyWhenCorruptMessagesAreDueAndPassNoneOver(@TempDir Path data)
      throws Exception {
    int messages = 3_000;
    store(data, messages);
    assertHolds(data, messages);
    Path file = largest(data.resolve("namespaces").resolve("default"), ".journal");
    byte[] sound = damage(file);
    Received<String> before = new Received<>();
    try (EmbeddedBroker broker = EmbeddedBroker.startOn(data);
        ParleyClient cart = cart(broker, before)) {
      Admin admin = Admin.of(broker);
      Await.until("the damage is found", () -> status(admin) == 503);
      assertThat(admin.text("/health/ready"))
          .contains(file.getFileName().toString(), "fails its checksum");
    }
    Files.write(file, sound);
    Received<String> after = new Received<>();
    try (EmbeddedBroker broker = EmbeddedBroker.startOn(data);
        ParleyClient cart = cart(broker, after)) {
      Await.until(
          "all have come",
          () -> after.rest().contains("product " + (messages - 1)) && cart.isConnected());
      Set<String> all = new HashSet<>(before.rest());
      all.addAll(after.rest());
      assertThat(all).hasSize(messages);
    }
  }

  private static ParleyClient cart(EmbeddedBroker broker, Received<String> received) {
    ParleyClient cart =
        ParleyClient.builder()
            .uri(broker.uri())
            .service("cart")
            .listener(new ClientListener() {})
            .connect();
    cart.commandConsumer()
        .on(
            "AddProduct",
            String.class,
            (product, delivery) -> {
              received.add(product);
              return CommandResult.complete();
            })
        .start();
    return cart;
  }

  private static void assertDamageIsFound(Path data, String sort, int messages) throws Exception {
    Path file = largest(data.resolve("namespaces").resolve("default"), sort);
    byte[] sound = damage(file);

    assertThatExceptionOfType(ParleyException.class)
        .as("start with a damaged %s", file.getFileName())
        .isThrownBy(() -> EmbeddedBroker.startOn(data).close())
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.DATA_CORRUPT))
        .withMessageContaining(file.getFileName().toString());

    Files.write(file, sound);
    assertHolds(data, messages);
  }

  /** Flips a bit in the middle of what is written; returns the file as it was. */
  private static byte[] damage(Path file) throws IOException {
    byte[] sound = Files.readAllBytes(file);
    byte[] corrupt = sound.clone();
    int end = sound.length;
    while (sound[end - 1] == 0) {
      end--; // what is preallocated
    }
    corrupt[file.toString().endsWith(".journal") ? message(sound, end / 2) : end / 2] ^= 0x10;
    Files.write(file, corrupt);
    return sound;
  }

  /** Where a message's body is, from a place on: what fills a block up doesn't matter. */
  private static int message(byte[] journal, int from) {
    byte[] body = "product ".getBytes(UTF_8);
    int at = from;
    while (!Arrays.equals(journal, at, at + body.length, body, 0, body.length)) {
      at++;
    }
    return at;
  }

  private static Path copy(Path data, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(data)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(data.relativize(file).toString()));
      }
    }
    return to;
  }

  /** The largest file of a sort, by what is written in it. */
  private static Path largest(Path database, String sort) throws IOException {
    try (Stream<Path> files = Files.walk(database)) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> file.getFileName().toString().contains(sort))
          .max(Comparator.comparingLong(file -> file.toFile().length()))
          .orElseThrow(() -> new AssertionError("no file of sort " + sort + " in " + database));
    }
  }

  // ---- the disk

  @Test
  void shouldRefuseFullDiskAtStartAndLoseNothing(@TempDir Path mountPoint) throws Exception {
    try (SmallDisk disk = mount(mountPoint)) {
      Path data = mountPoint.resolve("data");
      store(data, 10);
      disk.fill(0);
      assertRefused(
          ErrorCode.STORE_UNAVAILABLE,
          List.of(data.toString(), "No space left on device"),
          () -> EmbeddedBroker.startOn(data).close());
      disk.empty();
      assertHolds(data, 10);
    }
  }

  @Test
  void shouldRefuseNewDirectoryOnFullDisk(@TempDir Path mountPoint) throws Exception {
    try (SmallDisk disk = mount(mountPoint)) {
      disk.fill(0);
      Path data = mountPoint.resolve("data");
      assertRefused(
          ErrorCode.STORE_UNAVAILABLE,
          List.of(data.toString(), "No space left on device"),
          () -> EmbeddedBroker.startOn(data).close());
      disk.empty();
      store(data, 1);
      assertHolds(data, 1);
    }
  }

  @Test
  void shouldRefuseWritesWhileDiskIsFullAndGoOnByItselfOnceThereIsRoom(@TempDir Path mountPoint)
      throws Exception {
    try (SmallDisk disk = mount(mountPoint);
        EmbeddedBroker broker =
            EmbeddedBroker.startOn(mountPoint.resolve("data"), Settings.reserve(1 << 20))) {
      Admin admin = Admin.of(broker);
      try (ParleyClient client =
          ParleyClient.builder().uri(broker.uri()).listener(new ClientListener() {}).connect()) {
        client.send("AddProduct", "before");
        disk.fill(0);
        // The log's file has some room left.
        byte[] body = new byte[256 * 1024];
        List<CompletableFuture<MessageId>> sent = new ArrayList<>();
        Await.until(
            "writes are refused",
            () -> {
              if (sent.size() < 200) {
                sent.add(client.sendAsync(OutgoingMessage.of("AddProduct", body)));
              }
              return status(admin) == 503;
            });
        disk.empty();
        for (CompletableFuture<MessageId> each : sent) {
          assertThat(Await.result(each)).isNotNull();
        }
        assertThat(admin.status("/health/ready")).isEqualTo(200);
        assertThat(admin.queue("AddProduct").get("ready").asInt()).isEqualTo(1 + sent.size());
      }
    }
  }

  private static int status(Admin admin) {
    try {
      return admin.status("/health/ready");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** One of 192 MiB; needs root. */
  private static SmallDisk mount(Path mountPoint) throws Exception {
    SmallDisk disk = SmallDisk.inMemory(mountPoint, 192);
    Assumptions.assumeTrue(disk != null, "this process may not mount a small disk");
    return disk;
  }

  // ---- what the tests say in short

  private static void assertRefused(ErrorCode code, List<String> parts, ThrowingCallable starting) {
    assertThatExceptionOfType(ParleyException.class)
        .isThrownBy(starting)
        .satisfies(
            e -> {
              assertThat(e.code()).isEqualTo(code);
              assertThat(e.getMessage()).contains(parts);
            });
  }

  private static void store(Path data, int messages) throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.startOn(data, Settings.reserve(1 << 20))) {
      send(broker.uri(), messages);
    }
  }

  private static void send(String uri, int messages) throws Exception {
    try (ParleyClient client = ParleyClient.connect(uri, "")) {
      List<CompletableFuture<MessageId>> confirms = new ArrayList<>();
      for (int i = 0; i < messages; i++) {
        confirms.add(client.sendAsync("AddProduct", "product " + i));
      }
      for (CompletableFuture<MessageId> confirm : confirms) {
        assertThat(Await.result(confirm)).isNotNull();
      }
    }
  }

  private static void assertHolds(Path data, int messages) throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.startOn(data)) {
      assertThat(Admin.of(broker).queue("AddProduct").get("ready").asInt()).isEqualTo(messages);
    }
  }

  private static Map<Path, Long> sizes(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files
          .filter(Files::isRegularFile)
          .collect(java.util.stream.Collectors.toMap(file -> file, file -> file.toFile().length()));
    }
  }
}
