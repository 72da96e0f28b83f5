package io.parley.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.parley.server.telemetry.LogLevel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigLoaderTest {
  @TempDir private Path folder;

  @Test
  void shouldUseDefaultsWhereNothingIsSet() {
    assertThat(ConfigLoader.load(null, Map.of(), Map.of())).isEqualTo(BrokerConfig.DEFAULTS);
  }

  @Test
  void shouldTakeFlagBeforeVariableBeforeFileBeforeDefault() throws IOException {
    Path file =
        write(
            """
            network:
              port: 1001
              max-connections: 11
            http:
              port: 1002
            """);
    Map<String, String> variables =
        Map.of("PARLEY_NETWORK_PORT", "2001", "PARLEY_NETWORK_MAX_CONNECTIONS", "22");
    Map<String, String> flags = Map.of("network.port", "3001");

    BrokerConfig config = ConfigLoader.load(file, variables, flags);

    assertThat(config.network().port()).isEqualTo(3001);
    assertThat(config.network().connectionsMax()).isEqualTo(22);
    assertThat(config.http().port()).isEqualTo(1002);
    assertThat(config.http().host()).isEqualTo("127.0.0.1");
  }

  @Test
  void shouldHandEveryKeyToThePartThatNeedsIt() throws IOException {
    Path file =
        write(
            """
            network: {host: localhost, port: 1, max-connections: 2, heartbeat: 3s,
                      event-loop-threads: 4}
            http: {enabled: false, host: '::1', port: 5}
            data: {directory: /var/lib/parley}
            storage: {cache: 6MiB, write-buffer: 70 MiB, max-open-files: 71, reserve: 72MiB}
            limits: {max-message: 8KiB, group-bytes: 9000, send-window: 16MiB}
            delivery: {lease: 10s, max-attempts: 11, back-off-min: 12ms, back-off-max: 13m}
            types: {policy: declared}
            outcomes: {retention: 14d}
            dedup: {window: 15h}
            security: {users: {cart: secret}}
            log: {level: debug}
            """);

    BrokerConfig config = ConfigLoader.load(file, Map.of(), Map.of());

    assertThat(config.network().address()).isEqualTo("localhost");
    assertThat(config.network().port()).isEqualTo(1);
    assertThat(config.network().connectionsMax()).isEqualTo(2);
    assertThat(config.session().heartbeat()).isEqualTo(Duration.ofSeconds(3));
    assertThat(config.network().eventLoopThreads()).isEqualTo(4);
    assertThat(config.http().enabled()).isFalse();
    assertThat(config.http().host()).isEqualTo("::1");
    assertThat(config.http().port()).isEqualTo(5);
    assertThat(config.storage().directory()).isEqualTo(Path.of("/var/lib/parley"));
    assertThat(config.storage().cacheBytes()).isEqualTo(6 << 20);
    assertThat(config.storage().writeBufferBytes()).isEqualTo(70 << 20);
    assertThat(config.storage().maxOpenFiles()).isEqualTo(71);
    assertThat(config.storage().reserveBytes()).isEqualTo(72 << 20);
    assertThat(config.limits().maxMessageBytes()).isEqualTo(8 << 10);
    assertThat(config.engine().groupBytes()).isEqualTo(9000);
    assertThat(config.limits().sendWindowBytes()).isEqualTo(16 << 20);
    assertThat(config.engine().lease()).isEqualTo(Duration.ofSeconds(10));
    assertThat(config.engine().maxAttempts()).isEqualTo(11);
    assertThat(config.engine().backOffMin()).isEqualTo(Duration.ofMillis(12));
    assertThat(config.engine().backOffMax()).isEqualTo(Duration.ofMinutes(13));
    assertThat(config.engine().declaredTypesOnly()).isTrue();
    assertThat(config.engine().outcomeRetention()).isEqualTo(Duration.ofDays(14));
    assertThat(config.engine().dedupWindow()).isEqualTo(Duration.ofHours(15));
    assertThat(config.security().users()).containsExactly(Map.entry("cart", "secret"));
    assertThat(config.log().level()).isEqualTo(LogLevel.DEBUG);
  }

  @Test
  void shouldNameNearestKeyOfUnknownKeyInFile() throws IOException {
    Path file =
        write(
            """
            network:
              prot: 7440
            netwrk:
              host: 127.0.0.1
            lease: 30s
            """);

    assertThat(problems(file, Map.of(), Map.of()))
        .containsExactly(
            file + " line 2: network.prot: unknown key (the nearest known key is network.port)",
            file + " line 4: netwrk.host: unknown key (the nearest known key is network.host)",
            file + " line 5: lease: unknown key (the nearest known key is delivery.lease)");
  }

  @Test
  void shouldNameNearestVariableOfUnknownVariable() {
    assertThat(problems(null, Map.of("PARLEY_NETWORK_PROT", "1", "PROT", "2"), Map.of()))
        .containsExactly(
            "PARLEY_NETWORK_PROT: unknown variable (the nearest known one is PARLEY_NETWORK_PORT)");
  }

  @Test
  void shouldNameNearestKeyOfUnknownFlag() {
    assertThat(problems(null, Map.of(), Map.of("data.dir", "/tmp")))
        .containsExactly("data.dir: unknown key (the nearest known key is data.directory)");
  }

  @Test
  void shouldOnlyOfferFileVariableForSecrets() {
    assertThat(problems(null, Map.of("PARLEY_NETWORK_PORT_FILE", "/run/port"), Map.of()))
        .containsExactly(
            "PARLEY_NETWORK_PORT_FILE: unknown variable (the nearest known one is"
                + " PARLEY_NETWORK_PORT)");
  }

  @Test
  void shouldPassOverVariablesOfOtherCommandsAndOfKubernetes() {
    Map<String, String> variables =
        Map.of(
            "PARLEY_CONFIG", "config/parley.yaml",
            "PARLEY_SERVICE_HOST", "10.0.0.1",
            "PARLEY_SERVICE_PORT", "7440",
            "PARLEY_SERVICE_PORT_CLIENT", "7440",
            "PARLEY_PORT", "tcp://10.0.0.1:7440",
            "PARLEY_PORT_7440_TCP", "tcp://10.0.0.1:7440",
            "PARLEY_PORT_7440_TCP_ADDR", "10.0.0.1",
            "PARLEY_HTTP_PORT", "tcp://10.0.0.1:7441",
            "PARLEY_HTTP_SERVICE_HOST", "10.0.0.1");

    assertThat(ConfigLoader.load(null, variables, Map.of())).isEqualTo(BrokerConfig.DEFAULTS);
  }

  @Test
  void shouldNameKeyValueAndWhatWasExpectedOfBadValues() throws IOException {
    Path file =
        write(
            """
            network:
              heartbeat: 30
            limits:
              max-message: 64MB
            types:
              policy: strict
            """);

    assertThat(
            problems(
                file,
                Map.of("PARLEY_NETWORK_PORT", "seven"),
                Map.of("delivery.lease", "13h", "http.enabled", "yes")))
        .containsExactlyInAnyOrder(
            "PARLEY_NETWORK_PORT: 'seven' (expected: a whole number from 0 to 65535)",
            file
                + " line 2: network.heartbeat: '30' (expected: a duration from 1s to 10m, with a"
                + " unit of ms, s, m, h or d, such as 30s)",
            "http.enabled: 'yes' (expected: true or false)",
            file
                + " line 4: limits.max-message: '64MB' (expected: a size from 1KiB to 16MiB, such"
                + " as 64MiB)",
            "delivery.lease: '13h' (expected: a duration from 1s to 12h, with a unit of ms, s, m, h"
                + " or d, such as 30s)",
            file + " line 6: types.policy: 'strict' (expected: one of first-claim, declared)");
  }

  @ParameterizedTest
  @CsvSource({
    "network.port, 65536",
    "network.port, -1",
    "network.port, ''",
    "network.port, 99999999999",
    "network.max-connections, 0",
    "network.host, 'a b'",
    "network.host, 127.0.0.1:7440",
    "limits.max-message, 17MiB",
    "limits.max-message, 1000000000000000GiB",
    "limits.max-message, 0x100000",
    "delivery.lease, 999ms",
    "delivery.lease, 999999999999999d",
    "delivery.max-attempts, 0",
    "data.directory, ' '",
    "log.level, INFO",
    "storage.cache, -64MiB",
  })
  void shouldRefuseValueOutsideItsBounds(String key, String value) {
    assertThat(problems(null, Map.of(), Map.of(key, value)))
        .singleElement()
        .asString()
        .startsWith(key + ": '" + value + "' (expected: ");
  }

  @Test
  void shouldRefuseWhatContradictsAnotherValue() {
    assertThat(
            problems(
                null,
                Map.of(),
                Map.of(
                    "delivery.back-off-min", "20m",
                    "limits.send-window", "64KiB",
                    "http.port", "7440")))
        .containsExactlyInAnyOrder(
            "delivery.back-off-max: 10m (expected: at least delivery.back-off-min, which is 20m)",
            "limits.send-window: 64KiB (expected: at least limits.max-message, which is 1MiB)",
            "http.port: 7440 (expected: another port than network.port)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::", "10.0.0.7", "broker.example.com", "127.0.0.1.evil.com"})
  void shouldRefuseToListenForOtherMachinesWithoutUsers(String host) {
    assertThat(problems(null, Map.of("PARLEY_NETWORK_HOST", host), Map.of("http.host", host)))
        .hasSize(2)
        .allSatisfy(
            problem ->
                assertThat(problem)
                    .contains("'" + host + "' can be reached from other machines")
                    .contains("security.users")
                    .contains("PARLEY_SECURITY_USERS_FILE"))
        .anySatisfy(problem -> assertThat(problem).startsWith("PARLEY_NETWORK_HOST: "))
        .anySatisfy(problem -> assertThat(problem).startsWith("http.host: "));
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "127.0.0.1", "127.1.2.3", "::1", "[::1]", "0:0:0:0:0:0:0:1"})
  void shouldListenOnLoopbackWithoutUsers(String host) {
    assertThatCode(() -> ConfigLoader.of(Map.of("network.host", host, "http.host", host)))
        .doesNotThrowAnyException();
  }

  @Test
  void shouldListenForOtherMachinesWithUsers() {
    BrokerConfig config =
        ConfigLoader.load(
            null,
            Map.of("PARLEY_NETWORK_HOST", "0.0.0.0", "PARLEY_SECURITY_USERS", "cart:a:b, ops:pw"),
            Map.of("http.enabled", "false"));

    assertThat(config.network().address()).isEqualTo("0.0.0.0");
    assertThat(config.security().users()).isEqualTo(Map.of("cart", "a:b", "ops", "pw"));
  }

  @Test
  void shouldNotMindWhereHttpWouldListenWhileItIsDisabled() {
    assertThatCode(() -> ConfigLoader.of(Map.of("http.host", "0.0.0.0", "http.enabled", "false")))
        .doesNotThrowAnyException();
  }

  @Test
  void shouldReadUsersFromFileNamedByVariable() throws IOException {
    Path secret = Files.writeString(folder.resolve("users"), "cart:one\r\nops:two \n");

    BrokerConfig config =
        ConfigLoader.load(null, Map.of("PARLEY_SECURITY_USERS_FILE", secret.toString()), Map.of());

    assertThat(config.security().users()).isEqualTo(Map.of("cart", "one", "ops", "two "));
  }

  @Test
  void shouldRefuseUsersFromBothVariableAndFile() throws IOException {
    Path secret = Files.writeString(folder.resolve("users"), "cart:one");

    assertThat(
            problems(
                null,
                Map.of(
                    "PARLEY_SECURITY_USERS",
                    "cart:two",
                    "PARLEY_SECURITY_USERS_FILE",
                    secret.toString()),
                Map.of()))
        .containsExactly(
            "PARLEY_SECURITY_USERS_FILE: set beside PARLEY_SECURITY_USERS (expected: only one of"
                + " the two)");
  }

  @Test
  void shouldNameSecretFileThatCannotBeRead() {
    String missing = folder.resolve("missing").toString();

    assertThat(problems(null, Map.of("PARLEY_SECURITY_USERS_FILE", missing), Map.of()))
        .singleElement()
        .asString()
        .startsWith(
            "PARLEY_SECURITY_USERS_FILE: '" + missing + "' (expected: a file in UTF-8 that can be");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"hunter2", "cart:ok,hunter2", "a b:hunter2", "cart:", "cart:x,cart:hunter2", ","})
  void shouldNeverShowPasswordInError(String users) {
    assertThat(problems(null, Map.of("PARLEY_SECURITY_USERS", users), Map.of()))
        .singleElement()
        .asString()
        .startsWith("PARLEY_SECURITY_USERS: ")
        .contains("(expected: name:password")
        .doesNotContain("hunter2");
  }

  @Test
  void shouldNotShowPasswordsWhenPrinted() {
    BrokerConfig config = ConfigLoader.of(Map.of("security.users", "cart:hunter2"));

    assertThat(config.toString()).contains("cart").doesNotContain("hunter2");
  }

  @Test
  void shouldTakePasswordsAsTheyAreWrittenInTheFile() throws IOException {
    Path file =
        write(
            """
            security:
              users:
                octal: 0123
                truth: yes
                date: 2024-01-01
                quoted: "a: b"
            """);

    assertThat(ConfigLoader.load(file, Map.of(), Map.of()).security().users())
        .isEqualTo(Map.of("octal", "0123", "truth", "yes", "date", "2024-01-01", "quoted", "a: b"));
  }

  @Test
  void shouldReportProblemsOfAllSourcesAtOnce() throws IOException {
    Path file = write("network:\n  prot: 1\n  port: x\n");

    assertThat(
            problems(
                file,
                Map.of("PARLEY_LOG_LEVEL", "loud", "PARLEY_HTP_PORT", "1"),
                Map.of("http.host", "0.0.0.0", "nonsense", "1")))
        .hasSize(6);
  }

  @Test
  void shouldHaveOneProblemPerLineInMessage() {
    ConfigException failure =
        catchThrowableOfType(
            ConfigException.class,
            () -> ConfigLoader.of(Map.of("network.port", "x", "http.port", "y")));

    assertThat(failure.getMessage().lines()).containsExactlyElementsOf(failure.problems());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "network: [",
        "network:\n\tport: 1",
        "just text",
        "- a\n- list",
        "network: 5",
        "network:\n  port: [1, 2]",
        "network:\n  port: {a: b}",
        "network:\n  port:",
        "network:\n  port: 1\n  port: 2",
        "network:\n  ? [a]\n  : 1",
        "security:\n  users: {a: {b: c}}",
        "security:\n  users: {a: b, a: c}",
        "a: &a {b: *a}",
        "network: {port: 1}\n---\nnetwork: {port: 2}",
        "x: {y: {z: 1}}",
        "network.port: 1\nnetwork: {port: 2}",
      })
  void shouldSayWhatIsWrongWithFileItCannotUse(String content) throws IOException {
    Path file = write(content);

    assertThat(problems(file, Map.of(), Map.of()))
        .isNotEmpty()
        .allSatisfy(problem -> assertThat(problem).startsWith(file.toString()));
  }

  @Test
  void shouldSayWhichFileIsMissing() {
    Path file = folder.resolve("missing.yaml");

    assertThat(problems(file, Map.of(), Map.of()))
        .containsExactly(file + ": no such file (expected: a configuration file)");
  }

  @Test
  void shouldRefuseFileThatIsNoUtf8() throws IOException {
    Path file = folder.resolve("parley.yaml");
    Files.write(file, "log: {level: é}".getBytes(StandardCharsets.ISO_8859_1));

    assertThat(problems(file, Map.of(), Map.of()))
        .containsExactly(file + ": bytes that are no UTF-8 (expected: YAML in UTF-8)");
  }

  @Test
  void shouldRefuseFileLargerThanAnyConfiguration() throws IOException {
    Path file = write("#".repeat(1024 * 1024 + 1));

    assertThat(problems(file, Map.of(), Map.of()))
        .containsExactly(file + ": 1048577 bytes (expected: 1048576 at most)");
  }

  @Test
  void shouldMakeNoObjectFromTagInFile() throws IOException {
    Path file = write("log:\n  level: !!javax.script.ScriptEngineManager [x]\n");

    assertThat(problems(file, Map.of(), Map.of()))
        .containsExactly(
            file
                + " line 2: Global tag is not allowed:"
                + " tag:yaml.org,2002:javax.script.ScriptEngineManager (expected: YAML)");
  }

  @Test
  void shouldAcceptEmptySectionsAndEmptyFile() throws IOException {
    assertThat(ConfigLoader.load(write("network:\nhttp: {}\n"), Map.of(), Map.of()))
        .isEqualTo(BrokerConfig.DEFAULTS);
    assertThat(ConfigLoader.load(write("# nothing\n"), Map.of(), Map.of()))
        .isEqualTo(BrokerConfig.DEFAULTS);
  }

  private Path write(String yaml) throws IOException {
    return Files.writeString(folder.resolve("parley.yaml"), yaml);
  }

  private static List<String> problems(
      Path file, Map<String, String> variables, Map<String, String> flags) {
    ConfigException failure =
        catchThrowableOfType(
            ConfigException.class, () -> ConfigLoader.load(file, variables, flags));
    assertThat(failure).as("a refusal").isNotNull();
    return failure.problems();
  }
}
