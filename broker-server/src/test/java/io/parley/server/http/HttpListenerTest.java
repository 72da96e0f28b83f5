package io.parley.server.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.protocol.model.MessageKind;
import io.parley.server.admin.OperatorSettings;
import io.parley.server.admin.TypeInfo;
import io.parley.server.security.StaticUsers;
import io.parley.server.telemetry.ServerMetrics;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Over real sockets. */
@Timeout(60)
class HttpListenerTest {
  private static final String ADMIN = "/admin/v1/namespaces/default";
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofMillis(100);
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final FakeAdminApi admin = new FakeAdminApi();
  private final ServerMetrics metrics = new ServerMetrics();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final List<Socket> sockets = new ArrayList<>();
  private volatile String notReady;
  private HttpListener listener = listen(Map.of(), HttpLimits.DEFAULTS);

  @AfterEach
  void closeEverything() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
    listener.close();
    metrics.close();
  }

  // ---------------------------------------------------------------- health and metrics

  @Test
  void shouldBeLiveEvenWhileNotReady() throws Exception {
    notReady = "the disk is full";

    HttpResponse<String> answer = get("/health/live");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(json(answer)).isEqualTo(MAPPER.readTree("{\"live\":true}"));
  }

  @Test
  void shouldSayWhetherAndWhyItIsNotReady() throws Exception {
    HttpResponse<String> ready = get("/health/ready");
    notReady = "the disk is full";
    HttpResponse<String> full = get("/health/ready");

    assertThat(ready.statusCode()).isEqualTo(200);
    assertThat(json(ready)).isEqualTo(MAPPER.readTree("{\"ready\":true}"));
    assertThat(full.statusCode()).isEqualTo(503);
    assertThat(json(full))
        .isEqualTo(MAPPER.readTree("{\"ready\":false,\"reason\":\"the disk is full\"}"));
  }

  @Test
  void shouldShowMetricsAsPrometheusText() throws Exception {
    metrics.engine().received(MessageKind.COMMAND, 5);

    HttpResponse<String> answer = get("/metrics");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("content-type"))
        .hasValue("text/plain; version=0.0.4; charset=utf-8");
    assertThat(answer.body())
        .contains("parley_messages_received_total{kind=\"command\"} 5.0\n")
        .contains("jvm_memory_used_bytes{");
  }

  @Test
  void shouldAnswerHeadWithoutBody() throws Exception {
    HttpResponse<String> answer =
        send(request("/health/live").method("HEAD", HttpRequest.BodyPublishers.noBody()).build());

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEmpty();
    assertThat(get("/health/live").statusCode()).isEqualTo(200);
  }

  // ---------------------------------------------------------------- administration

  @Test
  void shouldListQueues() throws Exception {
    assertAnswer(
        get(ADMIN + "/queues"),
        """
        {"queues":[
          {"name":"cart","service":"cart","types":["shop.Add"],"ready":1,"leased":2,"delayed":3,
           "deadLetters":4,"bytes":5,"consumers":6,"nextSequence":7,"unowned":false,
           "paused":false,"outageSince":null,"overQuotaSince":null,"missed":0,"settings":{}},
          {"name":"shop.Lost","service":null,"types":["shop.Lost"],"ready":1,"leased":0,"delayed":0,
           "deadLetters":0,"bytes":9,"consumers":0,"nextSequence":2,"unowned":true,
           "paused":false,"outageSince":null,"overQuotaSince":null,"missed":0,"settings":{}}]}
        """);
    assertThat(admin.asked).containsExactly("queues of default");
  }

  @Test
  void shouldListCreateAndDeleteNamespaces() throws Exception {
    assertAnswer(get("/admin/v1/namespaces"), "{\"namespaces\":[\"default\",\"tests\"]}");
    assertAnswer(post("/admin/v1/namespaces", "{\"name\":\"tests\"}"), "{\"name\":\"tests\"}");
    assertAnswer(post("/admin/v1/namespaces/tests/delete", "{}"), "{\"name\":\"tests\"}");
    String tests = "{\"name\":\"tests\",\"bytes\":5,\"maxBytes\":10,\"limited\":true}";
    assertAnswer(get("/admin/v1/namespaces/tests"), tests);
    assertAnswer(post("/admin/v1/namespaces/tests/settings", "{\"maxBytes\":\"1048576\"}"), tests);
    assertAnswer(post("/admin/v1/namespaces/tests/settings", "{}"), tests);
    assertThat(admin.asked)
        .containsExactly(
            "create namespace tests",
            "delete namespace tests",
            "namespace tests",
            "limit tests 1048576",
            "limit tests null");
  }

  @Test
  void shouldTraceAMessage() throws Exception {
    assertAnswer(
        get(ADMIN + "/messages/" + FakeAdminApi.ID + "/trace"),
        """
        {"correlationId":"0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b","messages":[
          {"id":"0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b","causationId":null,"kind":"command",
           "type":"shop.Add","storedAt":"2025-01-02T03:04:05.678Z","state":null},
          {"id":"0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
           "causationId":"0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b","kind":"query",
           "type":"shop.GetPrice","storedAt":"2025-01-02T03:04:05.678Z","state":null,
           "result":"200","tookMicros":1234}],
         "more":false,"missed":0}
        """);
  }

  @Test
  void shouldPauseSetAndPurge() throws Exception {
    post(ADMIN + "/queues/cart/pause", "{}");
    post(ADMIN + "/subscriptions/billing/resume", "{}");
    post(ADMIN + "/queues/cart/settings", "{\"maxAttempts\":\"5\",\"leaseMs\":\"2000\"}");
    post(ADMIN + "/queues/cart/settings", "{\"unset\":\"true\"}");
    assertAnswer(
        post(ADMIN + "/queues/cart/purge", "{\"state\":\"dead\",\"olderThanMs\":\"1000\"}"),
        "{\"purged\":2}");

    assertThat(admin.asked)
        .containsExactly(
            "pause QUEUE cart true",
            "pause INBOX billing false",
            "set QUEUE cart OperatorSettings[maxAttempts=5, backOffMin=null, backOffMax=null,"
                + " lease=PT2S, outageAfter=null, maxMessages=null, maxBytes=null]",
            "set QUEUE cart alone " + OperatorSettings.NONE,
            "purge QUEUE cart PurgeRequest[state=DEAD, olderThan=PT1S, type=null, dryRun=false]");
  }

  @Test
  void shouldShowAndSetTopics() throws Exception {
    String placed =
        """
        {"name":"shop.Placed","retentionMs":86400000,"retentionBytes":1024,"events":3,"bytes":300,
         "oldest":null,"settings":{"retentionMs":86400000}}
        """;

    assertAnswer(get(ADMIN + "/topics"), "{\"topics\":[" + placed + "]}");
    assertAnswer(get(ADMIN + "/topics/shop.Placed"), placed);
    assertAnswer(
        post(ADMIN + "/topics/shop.Placed/settings", "{\"retentionMs\":\"1000\"}"), placed);
    assertThat(admin.asked)
        .containsExactly(
            "topics of default",
            "topic shop.Placed",
            "set shop.Placed TopicSettings[retention=PT1S, retentionBytes=null]");
  }

  @Test
  void shouldResetSubscriptions() throws Exception {
    String reset = ADMIN + "/subscriptions/billing/reset";

    assertAnswer(
        post(reset, "{\"to\":\"earliest\",\"dryRun\":\"true\"}"),
        "{\"ended\":3,\"replayed\":20,\"more\":true}");
    post(reset, "{\"to\":\"now\"}");
    post(reset, "{\"to\":\"2026-01-31T09:30:00Z\"}");

    assertThat(admin.asked)
        .containsExactly(
            "reset billing ResetRequest[from=1970-01-01T00:00:00Z, dryRun=true]",
            "reset billing ResetRequest[from=null, dryRun=false]",
            "reset billing ResetRequest[from=2026-01-31T09:30:00Z, dryRun=false]");
  }

  @Test
  void shouldDeleteSubscriptions() throws Exception {
    String delete = ADMIN + "/subscriptions/billing/delete";

    assertAnswer(post(delete, "{\"dryRun\":\"true\"}"), "{\"name\":\"billing\",\"ended\":3}");
    post(delete, "{}");

    assertThat(admin.asked).containsExactly("delete billing true", "delete billing false");
  }

  @Test
  void shouldMakeQueuesAndSubscriptions() throws Exception {
    post(ADMIN + "/queues", "{\"name\":\"cart\",\"types\":[\"a.B\",\"a.C\"]}");
    post(ADMIN + "/queues", "{\"name\":\"cart2\",\"service\":\"cart\"}");
    post(
        ADMIN + "/subscriptions",
        "{\"name\":\"audit\",\"service\":\"billing\",\"patterns\":[\"a.>\"],\"from\":\"earliest\"}");
    post(ADMIN + "/subscriptions", "{\"name\":\"audit\",\"patterns\":[\"a.B\"]}");

    assertThat(admin.asked)
        .containsExactly(
            "create QueueDeclaration[name=cart, service=null, types=[a.B, a.C]]",
            "create QueueDeclaration[name=cart2, service=cart, types=[]]",
            "create SubscriptionDeclaration[name=audit, service=billing, patterns=[a.>],"
                + " from=1970-01-01T00:00:00Z]",
            "create SubscriptionDeclaration[name=audit, service=null, patterns=[a.B], from=null]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"a.B\"", "[1]", "{\"a\":\"b\"}", "null"})
  void shouldRefuseTypesThatAreNoListOfStrings(String types) throws Exception {
    HttpResponse<String> answer =
        post(ADMIN + "/queues", "{\"name\":\"cart\",\"types\":" + types + "}");

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("types", "a list of strings");
  }

  @ParameterizedTest
  @ValueSource(strings = {"yesterday", "1969-12-31T23:59:59Z", "+1000000000-12-31T23:59:59Z"})
  void shouldSayWhichResetsAreNone(String to) throws Exception {
    HttpResponse<String> answer =
        post(ADMIN + "/subscriptions/billing/reset", "{\"to\":\"" + to + "\"}");

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains(to, "earliest, now, or a time since 1970");
  }

  @Test
  void shouldSayWhichSettingIsNoNumber() throws Exception {
    HttpResponse<String> answer =
        post(ADMIN + "/queues/cart/settings", "{\"maxAttempts\":\"many\"}");

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("maxAttempts", "many", "a whole number");
  }

  /** The reader takes a body that begins with zeros for UTF-32, and it isn't. */
  @Test
  void shouldRefuseABodyInNoEncodingAsTheRequestsFault() throws Exception {
    HttpResponse<String> answer = post(ADMIN + "/queues/cart/settings", "\0\0\0{me\":\0\0\0,");
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("INVALID_ARGUMENT").contains("expected");
  }

  @Test
  void shouldShowQueueNamedInPath() throws Exception {
    HttpResponse<String> answer = get(ADMIN + "/queues/a%2Fb+c%20d");

    assertThat(json(answer).get("name").textValue()).isEqualTo("a/b+c d");
    assertThat(admin.asked).containsExactly("queue a/b+c d");
  }

  @Test
  void shouldShowMessagesOfQueue() throws Exception {
    assertAnswer(
        get(ADMIN + "/queues/cart/messages?limit=5&state=delayed"),
        """
        {"messages":[
          {"sequence":42,"id":"0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b","type":"shop.Add",
           "kind":"command","state":"delayed","attempts":2,"storedAt":"2025-01-02T03:04:05.678Z",
           "key":"invoice-1","correlationId":"0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
           "causationId":null,"contentType":"text/plain","headers":{"tenant":"a"},"size":5,
           "body":"hello","bodyBase64":"aGVsbG8="}]}
        """);
    assertThat(admin.asked).containsExactly("messages of queue cart, DELAYED, 5");
  }

  @Test
  void shouldShowBodyThatIsNoTextInBase64Only() throws Exception {
    admin.body = new byte[] {(byte) 0xC3, 0x28};

    JsonNode message = json(get(ADMIN + "/queues/cart/messages")).get("messages").get(0);

    assertThat(message.get("body").isNull()).isTrue();
    assertThat(message.get("bodyBase64").textValue()).isEqualTo("wyg=");
    assertThat(admin.asked).containsExactly("messages of queue cart, null, 20");
  }

  @Test
  void shouldShowSubscriptions() throws Exception {
    String billing =
        """
        {"name":"billing","service":"billing","patterns":["shop.>"],"ready":1,"leased":2,
         "delayed":3,"deadLetters":4,"bytes":5,"consumers":0,
         "created":"2025-01-02T02:04:05.678Z","lastSeen":"2025-01-02T03:04:05.678Z",
         "catchingUp":false,
           "paused":false,"outageSince":null,"overQuotaSince":null,"missed":0,"settings":{}}
        """;

    assertAnswer(get(ADMIN + "/subscriptions"), "{\"subscriptions\":[" + billing + "]}");
    assertAnswer(get(ADMIN + "/subscriptions/billing"), billing);
    assertAnswer(get(ADMIN + "/subscriptions/billing/messages?state=dead"), "{\"messages\":[]}");
    assertThat(admin.asked)
        .containsExactly(
            "subscriptions of default",
            "subscription billing",
            "messages of subscription billing, DEAD, 20");
  }

  @Test
  void shouldListAndDeclareTypes() throws Exception {
    assertAnswer(
        get(ADMIN + "/types"),
        """
        {"types":[{"name":"shop.Added","kind":"event","owner":null,"queue":null}]}
        """);
    assertAnswer(
        post(ADMIN + "/types", "{\"name\":\"shop.Add\",\"kind\":\"command\",\"owner\":\"cart\"}"),
        """
        {"name":"shop.Add","kind":"command","owner":"cart","queue":"cart"}
        """);
    assertThat(admin.asked)
        .containsExactly(
            "types", "declare TypeDeclaration[name=shop.Add, kind=COMMAND, owner=cart]");
  }

  @Test
  void shouldListRedriveAndDropDeadLetters() throws Exception {
    JsonNode letter = json(get(ADMIN + "/dead-letters?destination=cart")).get("deadLetters").get(0);
    get(ADMIN + "/dead-letters?limit=7");

    assertThat(letter.get("sequence").intValue()).isEqualTo(42);
    assertThat(letter.get("destination").textValue()).isEqualTo("cart");
    assertThat(letter.get("destinationKind").textValue()).isEqualTo("queue");
    assertThat(letter.get("errorClass").textValue()).isEqualTo("Timeout");
    assertThat(letter.get("message").textValue()).isEqualTo("took too long");
    assertThat(letter.get("deadAt").textValue()).isEqualTo("2025-01-02T03:04:05.678Z");
    assertAnswer(
        post(ADMIN + "/dead-letters/redrive", "{\"destination\":\"cart\"}"), "{\"redriven\":3}");
    assertAnswer(
        post(
            ADMIN + "/dead-letters/drop",
            "{\"destination\":\"cart\",\"id\":\"" + FakeAdminApi.ID + "\"}"),
        "{\"dropped\":1}");
    assertThat(admin.asked)
        .containsExactly(
            "dead letters of cart, 100",
            "dead letters of null, 7",
            "redrive cart null",
            "drop cart " + FakeAdminApi.ID);
  }

  @Test
  void shouldShowOutcome() throws Exception {
    assertAnswer(
        get(ADMIN + "/outcomes/" + FakeAdminApi.ID),
        """
        {"id":"0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b","status":"COMPLETED","code":"","reason":"",
         "at":"2025-01-02T03:04:05.678Z","result":"done","contentType":"text/plain"}
        """);
  }

  private static final String LEASED =
      """
      "destination":"cart","destinationKind":"queue","service":"cart","reason":"LEASED",
      "sequence":42,"storedAt":"2025-01-02T03:04:05.678Z","failures":2,"maxAttempts":10,
      "ahead":null,"until":"2025-01-02T03:04:05.678Z","holder":"cart at 127.0.0.1:5000",
      "started":true,"behind":null,"failedAt":"2025-01-02T03:04:05.678Z","errorClass":"Timeout",
      "errorMessage":"took too long"
      """;

  @Test
  void shouldExplainAMessage() throws Exception {
    assertAnswer(
        get(ADMIN + "/messages/" + FakeAdminApi.ID + "/explanation"),
        """
        {"id":"0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b","status":"HERE","progress":1.0,
         "bytesLooked":4711,"type":"shop.Add","kind":"command","key":"invoice-1",
         "correlationId":"0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b","causationId":null,
         "storedAt":"2025-01-02T03:04:05.678Z","outcome":null,"places":[{%s}],"morePlaces":2}
        """
            .formatted(LEASED));
  }

  @Test
  void shouldExplainQueuesAndSubscriptions() throws Exception {
    assertAnswer(
        get(ADMIN + "/queues/cart/explanation"),
        """
        {"name":"cart","kind":"queue","service":"cart","ready":1,"leased":2,"delayed":3,
         "deadLetters":4,"nextDue":null,"consumerCount":5,
         "consumers":[{"holder":"cart at 127.0.0.1:5000","credit":6,"held":7,"reading":true,
           "leaseEnds":"2025-01-02T03:04:05.678Z"}],
         "messages":[{"id":"0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b","type":"shop.Add",%s}]}
        """
            .formatted(LEASED));
    assertThat(get(ADMIN + "/subscriptions/billing/explanation?limit=100").statusCode())
        .isEqualTo(200);
    HttpResponse<String> tooMany = get(ADMIN + "/queues/cart/explanation?limit=101");
    assertThat(tooMany.statusCode()).isEqualTo(400);
    assertThat(tooMany.body()).contains("101").contains("1 to 100");
    assertThat(admin.asked)
        .containsExactly("explain queue cart, 10", "explain subscription billing, 100");
  }

  @Test
  void shouldSayWhoWouldGetAMessage() throws Exception {
    assertAnswer(
        get(ADMIN + "/routes/shop.Added?kind=event"),
        """
        {"type":"shop.Added","kind":"event","known":true,"receivers":[
          {"name":"billing","kind":"inbox","service":"money","patterns":["shop.>"],"consumers":1}]}
        """);
    assertThat(get(ADMIN + "/routes/shop.Added").statusCode()).as("no kind").isEqualTo(400);
  }

  @Test
  void shouldTransferATypeAndShowTheCatalogue() throws Exception {
    assertAnswer(
        post(ADMIN + "/types/transfer", "{\"type\":\"shop.Add\",\"service\":\"basket\"}"),
        """
        {"type":"shop.Add","owner":"basket","queue":"fast","moved":3,"moving":true}
        """);
    assertAnswer(
        get(ADMIN + "/catalog"),
        """
        {"since":"2025-01-02T03:04:05.678Z","usesLost":0,"types":[
          {"name":"shop.Added","kind":"event","declared":false,"owner":null,"queue":null,
           "waiting":0,"consumers":0,"subscriptions":["billing"],"uses":[
             {"service":"cart","role":"publishes","firstSeen":"2025-01-02T03:04:05.678Z",
              "lastSeen":"2025-01-02T03:04:05.678Z"}]}],
         "subscriptions":[]}
        """);
    assertThat(admin.asked).containsExactly("transfer shop.Add to basket, null", "catalog");
  }

  // ---------------------------------------------------------------- errors

  @Test
  void shouldAnswerRefusalWithItsCodeAndHelp() throws Exception {
    HttpResponse<String> answer = get(ADMIN + "/queues/missing");

    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.headers().firstValue("content-type")).hasValue("application/json");
    assertThat(json(answer))
        .isEqualTo(
            MAPPER.readTree(
                """
                {"error":{"code":"NOT_FOUND","number":206,
                  "message":"queue: 'missing' (expected: one that exists)",
                  "help":"No such thing in this namespace."}}
                """));
  }

  @Test
  void shouldKeepDetailsOfDefectsToItself() throws Exception {
    HttpResponse<String> answer = get(ADMIN + "/queues/broken");

    assertThat(answer.statusCode()).isEqualTo(500);
    assertThat(error(answer, "code")).isEqualTo("INTERNAL");
    assertThat(answer.body()).doesNotContain("secret detail");
  }

  @Test
  void shouldListKnownPathsForUnknownOne() throws Exception {
    HttpResponse<String> answer = get("/admin/v1/queue");

    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(error(answer, "message"))
        .startsWith("path: '/admin/v1/queue' (expected: one of ")
        .contains("/health/ready", "/admin/v1/namespaces/{namespace}/queues/{queue}/messages");
  }

  @Test
  void shouldNameAllowedMethodsForOtherOne() throws Exception {
    HttpResponse<String> answer = post(ADMIN + "/catalog", "{}");

    assertThat(answer.statusCode()).isEqualTo(405);
    assertThat(answer.headers().firstValue("allow")).hasValue("GET");
    assertThat(error(answer, "message")).contains("'POST'").contains("(expected: GET)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/queues/cart/messages?limit=0|limit: '0' (expected: 1 to 1000)",
        "/queues/cart/messages?limit=1001|limit: '1001' (expected: 1 to 1000)",
        "/queues/cart/messages?limit=x|limit: 'x' (expected: 1 to 1000)",
        "/queues/cart/messages?limit=1&limit=2|limit: '1, 2' (expected: one value)",
        "/queues/cart/messages?state=lost|state: 'lost' (expected: one of ready, leased, delayed,"
            + " dead)",
        "/queues/cart/messages?limt=1|parameter: 'limt' (expected: limit, state)",
        "/queues?limit=1|parameter: 'limit' (expected: none)",
        "/outcomes/17|id: '17' (expected: a message id such as"
            + " 0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b)",
      })
  void shouldSayWhatIsWrongWithAQuery(String path, String message) throws Exception {
    HttpResponse<String> answer = get(ADMIN + path);

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(error(answer, "code")).isEqualTo("INVALID_ARGUMENT");
    assertThat(error(answer, "message")).isEqualTo(message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nonsense",
        "[]",
        "{\"destination\":\"cart\"} {}",
        "{\"destination\":\"a\",\"destination\":\"b\"}",
        "{\"destination\":7}",
        "{\"destination\":\"\"}",
        "{\"destination\":null}",
        "{\"id\":\"0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b\"}",
        "{\"destination\":\"cart\",\"id\":\"x\"}",
        "{\"destination\":\"cart\",\"ID\":\"x\"}",
      })
  void shouldChangeNothingForBodyItDoesNotUnderstand(String body) throws Exception {
    HttpResponse<String> answer = post(ADMIN + "/dead-letters/drop", body);

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(error(answer, "message")).contains("expected: ");
    assertThat(admin.asked).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(ErrorCode.class)
  void shouldGiveEveryErrorAStatusThatFails(ErrorCode code) {
    assertThat(HttpErrors.statusOf(code)).isBetween(400, 599);
    assertThat(HttpErrors.statusOf(code) == 503 && !code.retryable()).isFalse();
  }

  // ---------------------------------------------------------------- who may

  @Test
  void shouldAskWhoItIsBeforeAdministrationOnly() throws Exception {
    restart(Map.of("ops", "se:cret"), HttpLimits.DEFAULTS);

    HttpResponse<String> unknown = get(ADMIN + "/queues");

    assertThat(unknown.statusCode()).isEqualTo(401);
    assertThat(unknown.headers().firstValue("www-authenticate").orElse("")).startsWith("Basic ");
    assertThat(error(unknown, "code")).isEqualTo("UNAUTHENTICATED");
    assertThat(getAs("ops:wrong").statusCode()).isEqualTo(401);
    assertThat(getAs("ops").statusCode()).isEqualTo(401);
    assertThat(getAs("ops:se:cret").statusCode()).isEqualTo(200);
    assertThat(get("/health/ready").statusCode()).isEqualTo(200);
    assertThat(get("/metrics").statusCode()).isEqualTo(200);
    assertThat(admin.asked).containsExactly("queues of default");
  }

  @Test
  void shouldRefuseBrokenCredentials() throws Exception {
    restart(Map.of("ops", "secret"), HttpLimits.DEFAULTS);

    for (String header : List.of("Basic !!!", "Basic", "Bearer x", "")) {
      HttpResponse<String> answer =
          send(request(ADMIN + "/queues").header("Authorization", header).build());
      assertThat(answer.statusCode()).as(header).isEqualTo(401);
    }
  }

  @Test
  void shouldRefuseChangesThatAWebPageCouldSend() throws Exception {
    HttpResponse<String> answer =
        send(
            request(ADMIN + "/dead-letters/drop")
                .header("Content-Type", "text/plain")
                .POST(HttpRequest.BodyPublishers.ofString("{\"destination\":\"cart\"}"))
                .build());

    assertThat(answer.statusCode()).isEqualTo(415);
    assertThat(admin.asked).isEmpty();
  }

  @Test
  void shouldRefuseNamesThatAWebPageCouldGiveThisMachine() throws Exception {
    Socket socket = connect();
    write(socket, "GET " + ADMIN + "/queues HTTP/1.1\r\nHost: evil.example:80\r\n\r\n");

    assertThat(readHead(socket)).startsWith("HTTP/1.1 401 ");
    assertThat(admin.asked).isEmpty();
  }

  // ---------------------------------------------------------------- slow, greedy and broken ones

  @Test
  void shouldRefuseBodyOverTheLimit() throws Exception {
    HttpResponse<String> answer = post(ADMIN + "/dead-letters/drop", " ".repeat(1024 * 1024 + 1));

    assertThat(answer.statusCode()).isEqualTo(413);
    assertThat(error(answer, "message"))
        .isEqualTo("body: too large (expected: at most 1048576 bytes)");
  }

  @Test
  void shouldRefuseBodyOverTheLimitBeforeItIsSent() throws Exception {
    Socket socket = connect();
    write(
        socket,
        "POST "
            + ADMIN
            + "/types HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
            + "Content-Length: 99999999\r\n\r\n");

    assertThat(readHead(socket)).startsWith("HTTP/1.1 413 ");
  }

  @Test
  void shouldRefuseUnendingBodyInChunks() throws Exception {
    Socket socket = connect();
    write(
        socket,
        "POST "
            + ADMIN
            + "/types HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
    String chunk = "10000\r\n" + "x".repeat(0x10000) + "\r\n";
    for (int i = 0; i < 17; i++) {
      write(socket, chunk);
    }

    assertThat(readHead(socket)).startsWith("HTTP/1.1 413 ");
  }

  @Test
  void shouldRefuseWhatIsNotHttp() throws Exception {
    Socket garbage = connect();
    write(garbage, "\u0000\u0001nonsense\r\n\r\n");
    Socket longLine = connect();
    write(longLine, "GET /" + "x".repeat(9_000) + " HTTP/1.1\r\n\r\n");
    Socket longHeader = connect();
    write(longHeader, "GET / HTTP/1.1\r\nX: " + "x".repeat(20_000) + "\r\n\r\n");

    assertThat(readHead(garbage)).startsWith("HTTP/1.1 400 ");
    assertThat(readHead(longLine)).startsWith("HTTP/1.1 414 ");
    assertThat(readHead(longHeader)).startsWith("HTTP/1.1 431 ");
    assertThat(get("/health/live").statusCode()).isEqualTo(200);
  }

  @Test
  void shouldAnswerPipelinedRequestsOneByOneAndInOrder() throws Exception {
    CompletableFuture<List<TypeInfo>> types = new CompletableFuture<>();
    admin.types = types;
    Socket socket = connect();
    write(
        socket,
        "GET "
            + ADMIN
            + "/types HTTP/1.1\r\nHost: localhost\r\n\r\n"
            + "GET "
            + ADMIN
            + "/queues/second HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

    admin.typesAsked.get(20, TimeUnit.SECONDS);
    assertThat(get("/health/live").statusCode()).isEqualTo(200);
    assertThat(admin.asked).containsExactly("types");
    types.complete(List.of());

    assertThat(readAll(socket)).containsSubsequence("{\"types\":[]}", "\"name\":\"second\"");
  }

  @Test
  void shouldCloseConnectionThatSendsNoWholeRequestInTime() throws Exception {
    restart(Map.of(), new HttpLimits(10, 4, 1024, SHORT, LONG, LONG));
    Socket silent = connect();
    Socket slow = connect();
    write(slow, "GET /health/live HTTP/1.1\r\nHost:");

    assertThat(readAll(silent)).isEmpty();
    assertThat(readAll(slow)).isEmpty();
  }

  @Test
  void shouldCloseConnectionIdleAfterItsAnswer() throws Exception {
    restart(Map.of(), new HttpLimits(10, 4, 1024, SHORT, LONG, LONG));
    Socket socket = connect();
    write(socket, "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n");

    assertThat(readAll(socket)).endsWith("{\"live\":true}\n");
  }

  @Test
  void shouldGiveUpOnAnswerThatDoesNotCome() throws Exception {
    restart(Map.of(), new HttpLimits(10, 1, 1024, LONG, SHORT, LONG));
    admin.types = new CompletableFuture<>();

    for (int i = 0; i < 3; i++) {
      HttpResponse<String> answer = get(ADMIN + "/types");
      assertThat(answer.statusCode()).isEqualTo(504);
      assertThat(error(answer, "code")).isEqualTo("DEADLINE_EXCEEDED");
    }
  }

  @Test
  void shouldGiveUpOnClientThatDoesNotTakeItsAnswer() throws Exception {
    restart(Map.of(), new HttpLimits(10, 1, 1024, LONG, LONG, SHORT));
    // More than the sockets' buffers take, of what JSON has as it is: 16 MiB of zeros were 118 MiB
    // of
    // it, which a busy machine didn't write before the next request gave up.
    admin.body = "x".repeat(8 * 1024 * 1024).getBytes(UTF_8);
    Socket socket = new Socket();
    sockets.add(socket);
    socket.setReceiveBufferSize(4096);
    socket.connect(listener.address());
    write(socket, "GET " + ADMIN + "/queues/q/messages HTTP/1.1\r\nHost: localhost\r\n\r\n");

    admin.messagesAsked.get(20, TimeUnit.SECONDS);

    // It holds the only place for admin requests: who asks meanwhile is told to come again.
    HttpResponse<String> answer = get(ADMIN + "/queues");
    while (answer.statusCode() == 503) {
      answer = get(ADMIN + "/queues");
    }

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(admin.asked).containsExactly("messages of queue q, null, 20", "queues of default");
  }

  @Test
  void shouldRefuseAdminRequestsOverTheLimitButNoOthers() throws Exception {
    restart(Map.of(), new HttpLimits(10, 1, 1024, LONG, LONG, LONG));
    CompletableFuture<List<TypeInfo>> types = new CompletableFuture<>();
    admin.types = types;
    CompletableFuture<HttpResponse<String>> waiting =
        client.sendAsync(request(ADMIN + "/types").build(), HttpResponse.BodyHandlers.ofString());
    admin.typesAsked.get(20, TimeUnit.SECONDS);

    HttpResponse<String> refused = get(ADMIN + "/queues");

    assertThat(refused.statusCode()).isEqualTo(503);
    assertThat(refused.headers().firstValue("retry-after")).hasValue("1");
    assertThat(error(refused, "code")).isEqualTo("OVERLOADED");
    assertThat(get("/health/ready").statusCode()).isEqualTo(200);
    types.complete(List.of());
    assertThat(waiting.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
    assertThat(get(ADMIN + "/queues").statusCode()).isEqualTo(200);
  }

  @Test
  void shouldCloseConnectionsOverTheLimit() throws Exception {
    restart(Map.of(), new HttpLimits(2, 1, 1024, LONG, LONG, LONG));
    Socket first = connect();
    Socket second = connect();
    askLive(first);
    askLive(second);

    assertThat(readAll(connect())).isEmpty();
    askLive(first);
  }

  // ---------------------------------------------------------------- start and stop

  @Test
  void shouldSayWhatToDoWhenThePortIsTaken() {
    HttpSettings taken = new HttpSettings(true, "127.0.0.1", listener.port());

    assertThatThrownBy(
            () ->
                HttpListener.start(
                    taken, new StaticUsers(Map.of()), admin, () -> notReady, metrics))
        .isInstanceOf(ParleyException.class)
        .hasMessageContaining("127.0.0.1:" + listener.port())
        .hasMessageContaining("set http.host and http.port");
  }

  @Test
  void shouldAnswerRequestInHandBeforeItCloses() throws Exception {
    CompletableFuture<List<TypeInfo>> types = new CompletableFuture<>();
    admin.types = types;
    Socket busy = connect();
    write(busy, "GET " + ADMIN + "/types HTTP/1.1\r\nHost: localhost\r\n\r\n");
    Socket idle = connect();
    askLive(idle);
    admin.typesAsked.get(20, TimeUnit.SECONDS);
    CompletableFuture<Void> closed = CompletableFuture.runAsync(listener::close);

    assertThat(readAll(idle)).isEmpty();
    types.complete(List.of());

    assertThat(readAll(busy)).contains("connection: close").endsWith("{\"types\":[]}\n");
    closed.get(20, TimeUnit.SECONDS);
    assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
  }

  private HttpListener listen(Map<String, String> users, HttpLimits limits) {
    return HttpListener.start(
        new HttpSettings(true, "127.0.0.1", 0),
        limits,
        new AccessCheck(new StaticUsers(users)),
        new Routes(admin, () -> notReady, metrics));
  }

  private void restart(Map<String, String> users, HttpLimits limits) {
    listener.close();
    listener = listen(users, limits);
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + listener.port() + path))
        .timeout(LONG);
  }

  private HttpResponse<String> send(HttpRequest request) throws Exception {
    return client.send(request, HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> get(String path) throws Exception {
    return send(request(path).build());
  }

  private HttpResponse<String> getAs(String credentials) throws Exception {
    String encoded = Base64.getEncoder().encodeToString(credentials.getBytes(UTF_8));
    return send(request(ADMIN + "/queues").header("Authorization", "Basic " + encoded).build());
  }

  private HttpResponse<String> post(String path, String body) throws Exception {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build());
  }

  private static void assertAnswer(HttpResponse<String> answer, String expected)
      throws IOException {
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("content-type")).hasValue("application/json");
    assertThat(json(answer)).isEqualTo(MAPPER.readTree(expected));
  }

  private static JsonNode json(HttpResponse<String> answer) throws IOException {
    return MAPPER.readTree(answer.body());
  }

  private static String error(HttpResponse<String> answer, String field) throws IOException {
    return json(answer).get("error").get(field).textValue();
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(listener.address().getAddress(), listener.port());
    sockets.add(socket);
    return socket;
  }

  private static void askLive(Socket socket) throws IOException {
    write(socket, "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assertThat(readHead(socket)).startsWith("HTTP/1.1 200 ");
    assertThat(socket.getInputStream().readNBytes("{\"live\":true}\n".length())).isNotEmpty();
  }

  private static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(US_ASCII));
  }

  private static String readHead(Socket socket) throws IOException {
    StringBuilder head = new StringBuilder();
    int c = socket.getInputStream().read();
    while (c >= 0) {
      head.append((char) c);
      if (head.toString().endsWith("\r\n\r\n")) {
        break;
      }
      c = socket.getInputStream().read();
    }
    return head.toString();
  }

  private static String readAll(Socket socket) throws IOException {
    return new String(socket.getInputStream().readAllBytes(), UTF_8);
  }
}
