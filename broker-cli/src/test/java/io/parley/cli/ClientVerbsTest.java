package io.parley.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.cli.console.ExitCode;
import io.parley.cli.console.Json;
import io.parley.cli.console.JsonObject;
import io.parley.client.Answer;
import io.parley.client.CommandResult;
import io.parley.client.ParleyClient;
import io.parley.protocol.model.MessageId;
import io.parley.server.Broker;
import io.parley.server.config.ConfigLoader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The verbs that use the client, against a real broker. Each test has names of its own. */
class ClientVerbsTest {
  private static final long TIMEOUT_SECONDS = 30;

  @TempDir private static Path folder;

  private static Broker broker;
  private static ParleyClient shop;

  @BeforeAll
  static void start() {
    broker =
        Broker.start(
            ConfigLoader.of(
                Map.of(
                    "data.directory", folder.resolve("data").toString(),
                    "network.port", "0",
                    "http.port", "0")));
    shop = ParleyClient.connect(uri(), "shop");
  }

  @AfterAll
  static void stop() {
    shop.close();
    broker.close();
  }

  @Test
  void shouldSendACommandWithEverythingThatWasSaidOfIt() throws Exception {
    BlockingQueue<String> handled = new LinkedBlockingQueue<>();
    shop.commandConsumer()
        .queue("shop-everything")
        .on(
            "everything.Do",
            String.class,
            (body, delivery) -> {
              handled.add(
                  body
                      + " "
                      + delivery.key()
                      + " "
                      + delivery.headers()
                      + " "
                      + delivery.contentType()
                      + " "
                      + delivery.id());
              return CommandResult.complete();
            })
        .start();
    String id = "0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b";

    CliRun run =
        run(
            "command",
            "send",
            "everything.Do",
            "{\"n\": 1}",
            "--key",
            "k",
            "--header",
            "a=b=c",
            "--id",
            id);

    assertThat(run.out()).isEqualTo(id + "\n");
    assertThat(handled.poll(TIMEOUT_SECONDS, TimeUnit.SECONDS))
        .isEqualTo("{\"n\": 1} k {a=b=c} application/json " + id);
  }

  @Test
  void shouldSendBytesOfAFileAndOfStdin() throws Exception {
    Path file = Files.write(folder.resolve("body"), new byte[] {0, (byte) 0xFF});

    run("command", "send", "file.Do", "@" + file);
    setup().piping("from stdin\n").run("command", "send", "file.Do", "-");

    List<JsonObject> messages = peek("file.Do");
    assertThat(messages.get(0).fields()).containsEntry("bodyBase64", "AP8=");
    assertThat(messages.get(0).fields()).containsEntry("contentType", null);
    assertThat(messages.get(1).text("body")).isEqualTo("from stdin\n");
    assertThat(messages.get(1).text("contentType")).isEqualTo("text/plain; charset=utf-8");
  }

  @ParameterizedTest
  @CsvSource({"complete, COMPLETED, 0", "reject, REJECTED, 1", "drop, DEAD_LETTERED, 1"})
  void shouldAwaitTheOutcomeAndExitByIt(String action, String status, int exitCode)
      throws IOException {
    String type = "await.Do-" + action;
    shop.commandConsumer()
        .queue("shop-await-" + action)
        .on(
            type,
            String.class,
            (body, delivery) ->
                switch (action) {
                  case "complete" -> CommandResult.complete("fine");
                  case "reject" -> CommandResult.reject("FORBIDDEN", "no customer");
                  default -> CommandResult.deadLetter("Bad", "no use");
                })
        .start();

    CliRun run = run("command", "send", type, "x", "--await=30s", "-o", "json");

    assertThat(run.exitCode()).isEqualTo(exitCode);
    JsonObject outcome = json(run).objectOrNull("outcome");
    assertThat(outcome.text("status")).isEqualTo(status);
    assertThat(json(run("outcome", "get", outcome.text("id"), "-o", "json")).fields())
        .isEqualTo(outcome.fields());
  }

  @Test
  void shouldTellThatACommandIsStillPending() {
    CliRun run = run("command", "send", "pending.Do", "x", "--await=50ms");

    assertThat(run.exitCode()).isEqualTo(ExitCode.TEMPORARY);
    assertThat(run.out()).contains("Status   PENDING");
  }

  @Test
  void shouldTellWhoOwnsAType() {
    run("command", "receive", "--queue", "owner", "--type", "owned.Do", "--timeout", "1ms");

    CliRun run =
        run("command", "receive", "--queue", "thief", "--type", "owned.Do", "--timeout", "1ms");

    assertThat(run.exitCode()).isEqualTo(ExitCode.PERMISSION);
    assertThat(run.err()).startsWith("parley: OWNED_BY: ").contains("owner");
  }

  @Test
  void shouldReceiveCommandsAndCompleteThem() throws IOException {
    for (String body : List.of("1", "2", "3")) {
      run("command", "send", "receive.Do", body);
    }
    String[] receive = {
      "command",
      "receive",
      "--queue",
      "receive",
      "--type",
      "receive.Do",
      "--count",
      "2",
      "-o",
      "json"
    };

    CliRun looked = run(concat(receive, "--ack", "release"));
    CliRun taken = run(receive);
    CliRun last = run(concat(receive, "--timeout", "200ms"));

    assertThat(bodies(looked)).containsExactly("1", "2");
    assertThat(bodies(taken)).containsExactly("1", "2");
    assertThat(bodies(last)).containsExactly("3");
    assertThat(last.exitCode()).isEqualTo(ExitCode.TEMPORARY);
    assertThat(json(run("queue", "show", "receive", "-o", "json")).number("ready")).isZero();
  }

  @Test
  void shouldKeepASubscriptionBetweenRuns() throws IOException {
    String[] subscribe = {
      "event", "subscribe", "--subscription", "watch", "--timeout", "200ms", "-o", "json"
    };
    run(concat(subscribe, "happened.>"));

    CliRun published = run("event", "publish", "happened.Now", "[1]", "-o", "json");
    CliRun received = run(subscribe);

    assertThat(published.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(bodies(received)).containsExactly("[1]");
    assertThat(json(received).text("id")).isEqualTo(json(published).text("id"));
  }

  @Test
  void shouldPrintAnAnswerAndItsPage() throws IOException {
    shop.responder()
        .on(
            "ask.Find",
            String.class,
            (body, question) ->
                Answer.page(
                    body + " " + question.filters(), question.page(), question.pageSize(), 41))
        .start();
    String[] ask = {
      "query",
      "ask",
      "ask.Find",
      "x",
      "--filter",
      "country=France",
      "--page",
      "2",
      "--page-size",
      "20"
    };

    CliRun run = run(ask);
    CliRun asJson = run(concat(ask, "-o", "json"));

    assertThat(run.out()).isEqualTo("x {country=France}");
    assertThat(run.err()).isEqualTo("Page 2, at most 20 items of 41.\n");
    assertThat(json(asJson).number("total")).isEqualTo(41);
    assertThat(json(asJson).text("body")).isEqualTo("x {country=France}");
  }

  @ParameterizedTest
  @CsvSource({"400, 65", "401, 77", "403, 77", "404, 66", "429, 75", "503, 69"})
  void shouldExitByTheStatusOfAnAnswer(int status, int exitCode) {
    shop.responder()
        .on(
            "status.Get-" + status,
            String.class,
            (body, question) ->
                switch (status) {
                  case 400 -> Answer.badRequest("the reason");
                  case 401 -> Answer.notIdentified("the reason");
                  case 403 -> Answer.notPermitted("the reason");
                  case 404 -> Answer.notFound("the reason");
                  case 429 -> Answer.tooManyRequests("the reason");
                  default -> Answer.unavailable("the reason");
                })
        .start();

    CliRun run = run("query", "ask", "status.Get-" + status);

    assertThat(run.exitCode()).isEqualTo(exitCode);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains(status + " ").contains("the reason");
  }

  @Test
  void shouldListTheOutcomesThatWaitForTheirSender() throws IOException {
    shop.commandConsumer()
        .queue("shop-outcomes")
        .on("outcomes.Do", String.class, (body, delivery) -> CommandResult.reject("NO_STOCK", body))
        .start();
    assertThat(run("outcome", "list", "mailer").exitCode()).isEqualTo(ExitCode.NOT_FOUND);

    String id =
        run("command", "send", "outcomes.Do", "none", "--outcome-to", "mailer", "--await")
            .out()
            .replaceAll("(?s).*Command +(\\S+).*", "$1");

    JsonObject listed = json(run("outcome", "list", "mailer", "-o", "json"));
    assertThat(listed.objects("outcomes"))
        .singleElement()
        .satisfies(
            outcome -> {
              assertThat(outcome.text("id")).isEqualTo(id);
              assertThat(outcome.text("type")).isEqualTo("outcomes.Do");
              assertThat(outcome.text("status")).isEqualTo("REJECTED");
              assertThat(outcome.text("code")).isEqualTo("NO_STOCK");
              assertThat(outcome.text("reason")).isEqualTo("none");
            });
    assertThat(run("outcome", "list", "mailer").out()).contains(id, "REJECTED", "NO_STOCK");
    assertThat(run("outcome", "list", "mailer", "--dead").err()).contains("No outcomes wait");
  }

  @Test
  void shouldPrintPageAfterPage() {
    shop.responder()
        .onPages(
            "pages.Find",
            String.class,
            (body, question, answer) -> {
              for (int i = question.cursor().isEmpty() ? 0 : 2; i < 3; i++) {
                answer.page("page " + i, i < 2 ? "after-" + i : "");
              }
            })
        .start();

    CliRun run = run("query", "ask", "pages.Find", "x", "--pages");
    assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(run.out()).isEqualTo("page 0\npage 1\npage 2\n");
    assertThat(run.err()).contains("--from after-1");

    CliRun from = run("query", "ask", "pages.Find", "--pages", "--from", "after-1", "-o", "json");
    assertThat(from.out()).contains("\"cursor\" : null", "\"body\" : \"page 2\"");
    assertThat(from.out()).doesNotContain("page 1");

    assertThat(run("query", "ask", "pages.Find", "--from", "after-1").exitCode())
        .isEqualTo(ExitCode.USAGE);
  }

  @Test
  void shouldSayAtOnceThatNobodyAnswers() {
    CliRun run = run("query", "ask", "nobody.Get", "--deadline", "1h");

    assertThat(run.exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
    assertThat(run.err()).startsWith("parley: NO_RESPONDER: 503 ");
  }

  @Test
  void shouldRedriveADeadLetter() throws IOException {
    String id = run("command", "send", "dead.Do", "x").out().strip();
    BlockingQueue<Integer> attempts = new LinkedBlockingQueue<>();
    try (var consumer =
        shop.commandConsumer()
            .queue("shop-dead")
            .on(
                "dead.Do",
                String.class,
                (body, delivery) -> {
                  attempts.add(delivery.attempt());
                  return CommandResult.deadLetter("Bad", "no use");
                })
            .start()) {
      shop.awaitOutcome(MessageId.parse(id), Duration.ofSeconds(TIMEOUT_SECONDS));
    }

    assertThat(run("dead-letter", "list", "shop-dead").out()).contains(id).contains("Bad: no use");
    assertThat(run("dead-letter", "redrive", "shop-dead", "--id", id).out())
        .isEqualTo("Redriven 1 dead letter.\n");
    assertThat(run("dead-letter", "list", "shop-dead").err())
        .isEqualTo("No dead letters in 'shop-dead'.\n");
    assertThat(peek("shop-dead")).hasSize(1);
  }

  @Test
  void shouldSayHowToStartABrokerWhereThereIsNone() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }

    CliRun run = CliRun.of("event", "publish", "a.B", "--uri", "parley://127.0.0.1:" + port);

    assertThat(run.exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
    assertThat(run.err())
        .startsWith("parley: NO_BROKER: no broker at parley://127.0.0.1:" + port)
        .contains("Start one with 'parley server'");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "server --port x          | network.port: 'x' (expected: a whole number",
        "server --set a.b=1       | a.b: unknown key",
        "server --config /no/file | /no/file: no such file",
        "server --host 0.0.0.0    | network.host: '0.0.0.0' can be reached from other machines",
      })
  void shouldRefuseABadConfiguration(String line, String expected) {
    CliRun run = run(line.split(" "));

    assertThat(run.exitCode()).isEqualTo(ExitCode.CONFIG);
    assertThat(run.err()).startsWith("parley: CONFIG: ").contains(expected);
  }

  @Test
  void shouldRefuseASecondBrokerOnTheSameData() {
    CliRun run = run("server", "--data", folder.resolve("data").toString(), "--port", "0");

    assertThat(run.exitCode()).isEqualTo(ExitCode.CONFIG);
    assertThat(run.err()).startsWith("parley: DATA_DIRECTORY_LOCKED: ");
  }

  @Test
  void shouldRefuseAPortInUse() {
    CliRun run =
        run(
            "server",
            "--data",
            folder.resolve("other").toString(),
            "--http-port",
            "0",
            "--port",
            String.valueOf(broker.port()));

    assertThat(run.exitCode()).isEqualTo(ExitCode.CONFIG);
    assertThat(run.err()).contains("127.0.0.1:" + broker.port());
  }

  private static String uri() {
    return "parley://127.0.0.1:" + broker.port();
  }

  private static CliRun run(String... args) {
    return setup().run(args);
  }

  private static CliRun.Setup setup() {
    return new CliRun.Setup()
        .with("PARLEY_URI", uri())
        .with("PARLEY_ADMIN", "http://127.0.0.1:" + broker.httpPort());
  }

  private static List<JsonObject> peek(String queue) throws IOException {
    return json(run("queue", "peek", queue, "-o", "json")).objects("messages");
  }

  private static List<String> bodies(CliRun run) throws IOException {
    List<String> bodies = new ArrayList<>();
    for (String line : run.lines()) {
      bodies.add(read(line).text("body"));
    }
    return bodies;
  }

  private static JsonObject json(CliRun run) throws IOException {
    return read(run.out());
  }

  private static JsonObject read(String text) throws IOException {
    return Json.readObject(new ByteArrayInputStream(text.getBytes(UTF_8)));
  }

  private static String[] concat(String[] args, String... more) {
    String[] all = Arrays.copyOf(args, args.length + more.length);
    System.arraycopy(more, 0, all, args.length, more.length);
    return all;
  }
}
