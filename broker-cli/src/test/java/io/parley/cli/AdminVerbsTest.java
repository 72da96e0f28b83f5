package io.parley.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.cli.console.ExitCode;
import io.parley.cli.console.Json;
import io.parley.cli.console.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The verbs that use the admin API, against one with prepared answers. */
class AdminVerbsTest {
  private static final String ID = "0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b";

  private static final String CART =
      """
      {"name":"cart","service":"cart","types":["shop.cart.AddProductToCart",\
      "shop.cart.CheckOutCart"],"ready":12345,"leased":256,"delayed":3,"deadLetters":1,\
      "bytes":1887436,"consumers":4,"nextSequence":987654,"unowned":false,
      "paused":true,"outageSince":null,"overQuotaSince":null,"missed":0,"settings":{"maxAttempts":5,"backOffMaxMs":60000}}\
      """;

  private static final String UNOWNED =
      """
      {"name":"shop.mail.SendWelcome","service":null,"types":[],"ready":7,"leased":0,"delayed":0,\
      "deadLetters":0,"bytes":700,"consumers":0,"nextSequence":8,"unowned":true,
      "paused":false,"outageSince":null,"overQuotaSince":null,"missed":0,"settings":{}}\
      """;

  private static final String BILLING =
      """
      {"name":"billing","service":"billing","patterns":["shop.cart.CartCheckedOut","shop.order.>"],\
      "ready":40,"leased":2,"delayed":0,"deadLetters":0,"bytes":8192,"consumers":1,\
      "created":"2026-01-02T08:00:00Z","lastSeen":"2026-03-01T10:03:11.123Z","catchingUp":false,
      "paused":false,"outageSince":null,"overQuotaSince":null,"missed":0,"settings":{}}\
      """;

  private static final String MESSAGE =
      """
      "sequence":12,"id":"%s","type":"shop.cart.AddProductToCart","kind":"command","state":"%s",\
      "attempts":3,"storedAt":"2026-03-01T10:03:11.123Z","key":"536365","correlationId":null,\
      "causationId":null,"contentType":"application/json","headers":{"source":"web"},"size":27,\
      "body":"{\\"sku\\":\\"85123A\\",\\n\\"n\\":6}","bodyBase64":"eA=="
      """;

  private final AdminStub broker = new AdminStub();

  @BeforeEach
  void answer() {
    broker
        .on("GET /queues", "{\"queues\":[" + CART + "," + UNOWNED + "]}")
        .on("GET /queues/cart", CART)
        .on("GET /subscriptions", "{\"subscriptions\":[" + BILLING + "]}")
        .on("GET /subscriptions/billing", BILLING);
  }

  @AfterEach
  void stop() {
    broker.close();
  }

  @Test
  void shouldListQueuesAsAlignedTable() {
    CliRun run = broker.run("queue", "list");

    assertThat(run.out())
        .isEqualTo(
            """
            QUEUE                  SERVICE   READY  LEASED  DELAYED  DEAD     SIZE  CONSUMERS
            cart                   cart     12,345     256        3     1  1.8 MiB          4
            shop.mail.SendWelcome  -             7       0        0     0    700 B          0
            """);
    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
  }

  @Test
  void shouldPassTheApisJsonOn() {
    CliRun run = broker.run("queue", "show", "cart", "-o", "json");

    assertThat(run.out())
        .startsWith("{\n  \"name\" : \"cart\",\n  \"service\" : \"cart\",\n  \"types\" : [\n")
        .contains("  \"ready\" : 12345,\n")
        .contains("  \"unowned\" : false,\n");
  }

  @Test
  void shouldShowAQueue() {
    assertThat(broker.run("queue", "show", "cart").out())
        .isEqualTo(
            """
            Queue          cart
            Service        cart
            Types          shop.cart.AddProductToCart
                           shop.cart.CheckOutCart
            Ready          12,345
            Leased         256
            Delayed        3
            Dead letters   1
            Size           1.8 MiB
            State          paused
            Set            max-attempts 5, back-off-max 60000 ms
            Consumers      4
            Next sequence  987,654
            """);
  }

  @Test
  void shouldSayOnStderrThatThereAreNoQueues() {
    broker.on("GET /queues", "{\"queues\":[]}");

    CliRun run = broker.run("queue", "list");

    assertThat(run.out()).isEmpty();
    assertThat(run.err()).startsWith("No queues yet");
    assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
  }

  @Test
  void shouldPeekWithoutControlCharactersOfTheBody() {
    broker.on(
        "GET /queues/cart/messages?limit=20",
        "{\"messages\":[{" + MESSAGE.formatted(ID, "ready") + "}]}");

    assertThat(broker.run("queue", "peek", "cart").out())
        .isEqualTo(
            """
            #12  shop.cart.AddProductToCart  %s
                ready, 3 attempts, stored 2026-03-01 10:03:11, key 536365
                source=web
                {"sku":"85123A", "n":6}
            """
                .formatted(ID));
  }

  @Test
  void shouldAskForStateAndLimit() {
    broker.on("GET /queues/cart/messages?limit=5&state=dead", "{\"messages\":[]}");

    CliRun run = broker.run("queue", "peek", "cart", "--state", "dead", "--limit", "5");

    assertThat(run.err()).isEqualTo("No dead messages in queue 'cart'.\n");
    assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
  }

  @Test
  void shouldListSubscriptions() {
    assertThat(broker.run("subscription", "list").out())
        .isEqualTo(
            """
            SUBSCRIPTION  PATTERNS                  READY  LEASED  DELAYED  DEAD  CONSUMERS  LAST SEEN
            billing       shop.cart.CartCheckedOu…     40       2        0     0          1  2026-03-01 10:03:11
            """);
  }

  @Test
  void shouldShowASubscription() {
    assertThat(broker.run("subscription", "show", "billing").lines())
        .startsWith(
            "Subscription  billing",
            "Service       billing",
            "Patterns      shop.cart.CartCheckedOut",
            "              shop.order.>")
        .endsWith("Last seen     2026-03-01 10:03:11 UTC");
  }

  // ---------------------------------------------------------------- trace

  @Test
  void shouldDrawATree() {
    String root = "0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a01";
    String event = "0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a02";
    String next = "0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a03";
    String query = "0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a04";
    broker.on(
        "GET /messages/" + root + "/trace",
        """
        {"correlationId":"%1$s","more":false,"missed":0,"messages":[
        {"id":"%1$s","causationId":null,"kind":"command","type":"shop.CheckOut",
         "storedAt":"2026-03-01T10:03:11Z","state":{"status":"ENDED","places":[],
         "outcome":{"status":"COMPLETED","code":"","reason":""}}},
        {"id":"%2$s","causationId":"%1$s","kind":"event","type":"shop.CheckedOut",
         "storedAt":"2026-03-01T10:03:11Z","state":{"status":"HERE","outcome":null,"places":[
         {"destination":"stock","destinationKind":"inbox","reason":"NO_CONSUMER","sequence":7}]}},
        {"id":"%3$s","causationId":"%2$s","kind":"command","type":"mail.Send",
         "storedAt":"2026-03-01T10:03:12Z","state":{"status":"ENDED","places":[],
         "outcome":{"status":"REJECTED","code":"INVALID","reason":"no address"}}},
        {"id":"%4$s","causationId":"%3$s","kind":"query","type":"shop.GetAddress",
         "storedAt":"2026-03-01T10:03:12Z","state":null,"result":"404","tookMicros":1250}]}
        """
            .formatted(root, event, next, query));

    assertThat(broker.run("trace", root).out())
        .isEqualTo(
            """
            command shop.CheckOut COMPLETED  %s
            └─ event shop.CheckedOut  %s
               ├─ inbox stock #7: no consumer
               └─ command mail.Send REJECTED (INVALID)  %s
                  └─ query shop.GetAddress 404 in 1.3 ms  %s
            """
                .formatted(root, event, next, query));
  }

  // ---------------------------------------------------------------- control

  @Test
  void shouldPauseAndResumeEitherNoun() {
    broker.on(
        "POST /queues/cart/pause",
        "{\"paused\":true,\"outageSince\":null,\"overQuotaSince\":null,\"missed\":0,\"settings\":{}}");
    broker.on(
        "POST /subscriptions/billing/resume",
        "{\"paused\":false,\"outageSince\":null,\"overQuotaSince\":null,\"missed\":0,\"settings\":{}}");

    assertThat(broker.run("queue", "pause", "cart").out()).isEqualTo("Paused queue 'cart'.\n");
    assertThat(broker.run("subscription", "resume", "billing").out())
        .isEqualTo("Resumed subscription 'billing'.\n");
  }

  @Test
  void shouldSendWhatIsGivenAndNothingElse() {
    broker.on(
        "POST /queues/cart/settings",
        "{\"paused\":true,\"outageSince\":null,\"overQuotaSince\":null,\"missed\":0,\"settings\":{\"maxAttempts\":3}}");

    CliRun run = broker.run("queue", "set", "cart", "--max-attempts", "3", "--lease", "1m");

    assertThat(broker.requests())
        .last()
        .isEqualTo(
            "POST /admin/v1/namespaces/default/queues/cart/settings"
                + " {\"maxAttempts\":\"3\",\"leaseMs\":\"60000\"}");
    assertThat(run.out()).isEqualTo("Set for queue 'cart': max-attempts 3.\n");

    broker.run("queue", "set", "cart", "--unset");
    assertThat(broker.requests()).last().asString().endsWith(" {\"unset\":\"true\"}");
  }

  @Test
  void shouldShowAndSetWhatTopicsRetain() {
    String placed =
        """
        {"name":"shop.Placed","retentionMs":604800000,"retentionBytes":1073741824,"events":3,
         "bytes":2048,"oldest":"2026-03-01T10:03:11.123Z","settings":%s}""";
    broker.on("GET /topics", "{\"topics\":[" + placed.formatted("{}") + "]}");
    broker.on("GET /topics/shop.Placed", placed.formatted("{\"retentionBytes\":1073741824}"));
    broker.on(
        "POST /topics/shop.Placed/settings",
        placed.formatted("{\"retentionBytes\":1073741824,\"retentionMs\":604800000}"));

    assertThat(broker.run("topic", "list").out())
        .isEqualTo(
            """
            TOPIC        EVENTS     SIZE  RETENTION    UP TO
            shop.Placed       3  2.0 KiB         7d  1.0 GiB
            """);
    assertThat(broker.run("topic", "show", "shop.Placed").out())
        .contains("Retention", "7d, up to 1.0 GiB\n", "2026-03-01 10:03:11");
    assertThat(broker.run("topic", "set", "shop.Placed", "--retention", "7d").out())
        .isEqualTo("Topic 'shop.Placed' retains: 7d, up to 1.0 GiB.\n");
    assertThat(broker.requests())
        .last()
        .isEqualTo(
            "POST /admin/v1/namespaces/default/topics/shop.Placed/settings"
                + " {\"retentionBytes\":\"1073741824\",\"retentionMs\":\"604800000\"}");
    assertThat(broker.run("topic", "set", "shop.Placed").exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(broker.run("topic", "set", "shop.Placed", "--retention", "3651d").err())
        .contains("3651d", "at most 3650d");
  }

  @Test
  void shouldShowAndSetHowMuchANamespaceHolds() {
    broker.on(
        "GET ", "{\"name\":\"default\",\"bytes\":2048,\"maxBytes\":1048576,\"limited\":false}");
    broker.on(
        "POST /settings",
        "{\"name\":\"default\",\"bytes\":2048,\"maxBytes\":2097152,\"limited\":true}");

    assertThat(broker.run("namespace", "show", "default").out())
        .contains("2.0 KiB", "1.0 MiB (the broker's)");
    assertThat(broker.run("namespace", "set", "default", "--max-bytes", "2MiB").out())
        .isEqualTo("Namespace 'default' holds up to 2.0 MiB.\n");
    assertThat(broker.requests())
        .last()
        .isEqualTo("POST /admin/v1/namespaces/default/settings {\"maxBytes\":\"2097152\"}");
    broker.run("namespace", "set", "default", "--unset");
    assertThat(broker.requests()).last().isEqualTo("POST /admin/v1/namespaces/default/settings {}");
    assertThat(broker.run("namespace", "set", "default").exitCode()).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void shouldSayWhatAResetDoesAndWantAYes() {
    broker.on(
        "POST /subscriptions/billing/reset", "{\"ended\":3,\"replayed\":20000,\"more\":true}");
    String what =
        "3 waiting events of subscription 'billing' end, and it gets more than 20,000 retained"
            + " events";

    CliRun dry = broker.run("subscription", "reset", "billing", "--to", "earliest", "--dry-run");
    CliRun refused = broker.run("subscription", "reset", "billing", "--to", "now");
    CliRun done =
        broker.run("subscription", "reset", "billing", "--to", "2026-01-31T09:30:00Z", "--yes");

    assertThat(dry.out()).isEqualTo("Would reset: " + what + ".\n");
    assertThat(refused.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(refused.err()).contains("--yes");
    assertThat(done.out()).isEqualTo("Reset: " + what + ".\n");
    assertThat(broker.requests())
        .last()
        .isEqualTo(
            "POST /admin/v1/namespaces/default/subscriptions/billing/reset"
                + " {\"to\":\"2026-01-31T09:30:00Z\",\"dryRun\":\"false\"}");
    assertThat(broker.run("subscription", "reset", "billing", "--to", "soon").err())
        .contains("'soon'", "earliest, now");
  }

  @Test
  void shouldSayWhatADeletionOfASubscriptionEndsAndWantAYes() {
    broker.on("POST /subscriptions/billing/delete", "{\"name\":\"billing\",\"ended\":12000}");
    String what = "subscription 'billing' with 12,000 messages in its inbox";

    CliRun dry = broker.run("subscription", "delete", "billing", "--dry-run");
    CliRun refused = broker.run("subscription", "delete", "billing");
    assertThat(broker.requests()).allMatch(request -> request.contains("\"dryRun\":\"true\""));
    CliRun done = broker.run("subscription", "delete", "billing", "--yes");
    CliRun json = broker.run("subscription", "delete", "billing", "--yes", "-o", "json");

    assertThat(dry.out()).isEqualTo("Would delete " + what + ".\n");
    assertThat(refused.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(refused.err()).contains("--yes");
    assertThat(done.out()).isEqualTo("Deleted " + what + ".\n");
    assertThat(json.out()).contains("\"ended\"", "12000");
    assertThat(broker.requests())
        .last()
        .isEqualTo(
            "POST /admin/v1/namespaces/default/subscriptions/billing/delete"
                + " {\"dryRun\":\"false\"}");
  }

  @Test
  void shouldMakeSubscriptions() {
    broker.on(
        "POST /subscriptions",
        "{\"name\":\"audit\",\"service\":\"billing\",\"patterns\":[\"a.>\",\"b.C\"]}");

    CliRun made =
        broker.run(
            "subscription",
            "create",
            "audit",
            "--service",
            "billing",
            "a.>",
            "b.C",
            "--from",
            "earliest");
    broker.run("subscription", "create", "audit", "a.>");

    assertThat(made.out()).isEqualTo("Subscription 'audit' of service 'billing' gets a.>, b.C.\n");
    assertThat(broker.requests())
        .containsExactly(
            "POST /admin/v1/namespaces/default/subscriptions {\"name\":\"audit\","
                + "\"service\":\"billing\",\"patterns\":[\"a.>\",\"b.C\"],\"from\":\"earliest\"}",
            "POST /admin/v1/namespaces/default/subscriptions"
                + " {\"name\":\"audit\",\"patterns\":[\"a.>\"],\"from\":\"now\"}");
    assertThat(broker.run("subscription", "create", "audit").exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(broker.run("subscription", "create", "audit", "a.>.b").err()).contains("a.>.b");
  }

  @Test
  void shouldMakeQueues() {
    broker.on(
        "POST /queues", "{\"name\":\"cart\",\"service\":\"cart\",\"types\":[\"a.B\",\"a.C\"]}");

    CliRun made = broker.run("queue", "create", "cart", "a.B", "a.C");
    broker.on("POST /queues", "{\"name\":\"bulk\",\"service\":\"cart\",\"types\":[]}");
    CliRun empty = broker.run("queue", "create", "bulk", "--service", "cart");

    assertThat(made.out()).isEqualTo("Queue 'cart' of service 'cart' owns a.B, a.C.\n");
    assertThat(empty.out()).isEqualTo("Queue 'bulk' of service 'cart' owns no types yet.\n");
    assertThat(broker.requests())
        .containsExactly(
            "POST /admin/v1/namespaces/default/queues {\"name\":\"cart\",\"types\":[\"a.B\",\"a.C\"]}",
            "POST /admin/v1/namespaces/default/queues"
                + " {\"name\":\"bulk\",\"service\":\"cart\",\"types\":[]}");
    assertThat(broker.run("queue", "create", "cart", "a b").err()).contains("'a b'");
  }

  @Test
  void shouldCountBeforeItPurgesAndWantAYes() {
    broker.on("POST /queues/cart/purge", "{\"purged\":7}");

    CliRun dry = broker.run("queue", "purge", "cart", "--state", "ready", "--dry-run");
    CliRun refused = broker.run("queue", "purge", "cart", "--state", "ready");
    CliRun done =
        broker.run("queue", "purge", "cart", "--state", "ready", "--older-than", "2d", "--yes");

    assertThat(dry.out()).isEqualTo("Would purge 7 ready messages of queue 'cart'.\n");
    assertThat(refused.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(refused.err()).contains("--yes");
    assertThat(done.out()).isEqualTo("Purged 7 ready messages.\n");
    assertThat(broker.requests())
        .last()
        .isEqualTo(
            "POST /admin/v1/namespaces/default/queues/cart/purge"
                + " {\"state\":\"ready\",\"dryRun\":\"false\",\"olderThanMs\":\"172800000\"}");
  }

  @Test
  void shouldGroupDeadLetters() {
    broker.on(
        "GET /dead-letters/groups?destination=cart",
        """
        {"groups":[{"destination":"cart","destinationKind":"queue","errorClass":"Timeout",
        "type":"a.B","count":12,"oldest":"2026-03-01T10:03:11Z","newest":"2026-03-01T11:03:11Z",
        "message":"took too long"}]}
        """);

    assertThat(broker.run("dead-letter", "list", "cart", "--group").lines())
        .last()
        .asString()
        .contains("Timeout", "a.B", "12", "took too long");
  }

  @Test
  void shouldRedriveAGroupSoManyASecondAndNoneTwice() {
    broker.on("POST /dead-letters/redrive", "{\"redriven\":5}");
    broker.on(
        "GET /dead-letters/groups?destination=cart",
        """
        {"groups":[{"destination":"cart","destinationKind":"queue","errorClass":"Timeout",
        "type":"a.B","count":5,"oldest":"2026-03-01T10:03:11Z","newest":"2026-03-01T11:03:11Z",
        "message":""},
        {"destination":"cart","destinationKind":"queue","errorClass":"Other",
        "type":"a.B","count":70,"oldest":"2026-03-01T10:03:11Z","newest":"2026-03-01T11:03:11Z",
        "message":""}]}
        """);

    CliRun run =
        broker.run(
            "dead-letter", "redrive", "cart", "--error-class", "Timeout", "--rate", "5", "--yes");

    assertThat(broker.requests())
        .filteredOn(request -> request.startsWith("POST"))
        .containsExactly(
            "POST /admin/v1/namespaces/default/dead-letters/redrive"
                + " {\"destination\":\"cart\",\"errorClass\":\"Timeout\",\"max\":\"5\"}");
    assertThat(run.out()).isEqualTo("Redriven 5 dead letters.\n");
  }

  @Test
  void shouldListTypesOfOneKind() {
    broker.on(
        "GET /types",
        """
        {"types":[{"name":"shop.cart.AddProductToCart","kind":"COMMAND","owner":"cart","queue":"cart"},
        {"name":"shop.cart.ProductAddedToCart","kind":"EVENT","owner":null,"queue":null}]}
        """);

    assertThat(broker.run("type", "list", "--kind", "event").out())
        .isEqualTo(
            """
            TYPE                          KIND   OWNER  QUEUE
            shop.cart.ProductAddedToCart  event  -      -
            """);
    assertThat(broker.run("type", "list", "--kind", "command", "-o", "json").out())
        .contains("AddProductToCart")
        .doesNotContain("ProductAddedToCart");
  }

  @Test
  void shouldDeclareAType() {
    broker.on("POST /types", "{\"name\":\"a.B\",\"kind\":\"command\",\"owner\":\"cart\"}");

    CliRun run = broker.run("type", "declare", "a.B", "--kind", "command", "--owner", "cart");

    assertThat(broker.requests())
        .containsExactly(
            "POST /admin/v1/namespaces/default/types"
                + " {\"name\":\"a.B\",\"kind\":\"command\",\"owner\":\"cart\"}");
    assertThat(run.out()).isEqualTo("Declared command a.B, owned by cart.\n");
  }

  @Test
  void shouldRefuseAnOwnerForAnEventBeforeAsking() {
    CliRun run = broker.run("type", "declare", "a.B", "--kind", "event", "--owner", "cart");

    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("--owner: 'cart' (expected: none for event types)");
    assertThat(broker.requests()).isEmpty();
  }

  @Test
  void shouldShowADeadLetterWhole() {
    broker.on("GET /dead-letters?id=" + ID + "&limit=1000", deadLetters());

    assertThat(broker.run("dead-letter", "show", ID.toUpperCase()).out())
        .isEqualTo(
            """
            queue cart
            #12  shop.cart.AddProductToCart  %s
                dead, 3 attempts, stored 2026-03-01 10:03:11, dead 2026-03-01 11:00:00, key 536365
                source=web
                java.net.ConnectException: Connection refused
                {"sku":"85123A",
                "n":6}
            """
                .formatted(ID));
    assertThat(broker.run("-o", "json", "dead-letter", "show", ID).out())
        .contains("\"errorClass\" : \"java.net.ConnectException\"");
  }

  @Test
  void shouldSayThatThereIsNoSuchDeadLetter() {
    broker.on("GET /dead-letters?id=" + ID + "&limit=1000", "{\"deadLetters\":[]}");

    CliRun run = broker.run("dead-letter", "show", ID);

    assertThat(run.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
    assertThat(run.err()).contains("No dead letter " + ID);
    assertThat(broker.run("dead-letter", "show", "x").exitCode()).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void shouldListDeadLettersWithTheirReason() {
    broker.on("GET /dead-letters?destination=cart&limit=100", deadLetters());

    assertThat(broker.run("dead-letter", "list", "cart").out())
        .isEqualTo(
            """
            queue cart
            #12  shop.cart.AddProductToCart  %s
                dead, 3 attempts, stored 2026-03-01 10:03:11, dead 2026-03-01 11:00:00, key 536365
                source=web
                java.net.ConnectException: Connection refused
                {"sku":"85123A", "n":6}
            """
                .formatted(ID));
  }

  @Test
  void shouldRedriveOneWithoutAsking() {
    broker.on("POST /dead-letters/redrive", "{\"redriven\":1}");

    CliRun run = broker.run("dead-letter", "redrive", "cart", "--id", ID.toUpperCase());

    assertThat(run.out()).isEqualTo("Redriven 1 dead letter.\n");
    assertThat(broker.requests())
        .containsExactly(
            "POST /admin/v1/namespaces/default/dead-letters/redrive"
                + " {\"destination\":\"cart\",\"id\":\""
                + ID
                + "\"}");
  }

  @Test
  void shouldAskBeforeItRedrivesAll() {
    broker
        .on("GET /dead-letters/groups?destination=cart", group("Down", 1_400, "Bug", 1))
        .on("POST /dead-letters/redrive", "{\"redriven\":1401}");
    String[] args = {"dead-letter", "redrive", "cart", "--all"};

    CliRun refused = broker.setup().typing("n\n").run(args);
    assertThat(refused.exitCode()).isEqualTo(ExitCode.NO);
    assertThat(refused.err())
        .isEqualTo("Really redrive 1,401 dead letters of 'cart'? [y/N] Nothing done.\n");
    assertThat(broker.requests()).noneMatch(request -> request.startsWith("POST"));

    CliRun agreed = broker.setup().typing("y\n").run(args);
    assertThat(agreed.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(agreed.out()).isEqualTo("Redriven 1,401 dead letters.\n");
  }

  @Test
  void shouldRefuseToDropWithoutYesWhereNobodyCanAnswer() {
    broker.on("GET /dead-letters?destination=cart&id=" + ID + "&limit=1", deadLetters());

    CliRun run = broker.run("dead-letter", "drop", "cart", "--id", ID);

    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("Say --yes, or look first with --dry-run.");
    assertThat(broker.requests()).noneMatch(request -> request.startsWith("POST"));
  }

  @Test
  void shouldDropWithYes() {
    broker.on("POST /dead-letters/drop", "{\"dropped\":2}");

    CliRun run = broker.run("dead-letter", "drop", "cart", "--all", "--yes");

    assertThat(run.out()).isEqualTo("Dropped 2 dead letters.\n");
    assertThat(broker.requests())
        .containsExactly(
            "POST /admin/v1/namespaces/default/dead-letters/drop {\"destination\":\"cart\"}");
  }

  @Test
  void shouldChangeNothingOnADryRun() {
    broker.on("GET /dead-letters/groups?destination=cart", group("Down", 1_400, "Bug", 1));

    CliRun run = broker.run("dead-letter", "drop", "cart", "--all", "--dry-run", "-o", "json");

    assertThat(run.out()).isEqualTo("{\n  \"dropped\" : 1401,\n  \"dryRun\" : true\n}\n");
    assertThat(
            broker.run("dead-letter", "drop", "cart", "--error-class", "Down", "--dry-run").out())
        .isEqualTo("Would drop 1,400 dead letters of 'cart'.\n");
    assertThat(broker.requests()).noneMatch(request -> request.startsWith("POST"));
  }

  private static String group(String one, int count, String other, int otherCount) {
    String form = "{\"errorClass\":\"%s\",\"type\":\"shop.Add\",\"count\":%d}";
    return "{\"groups\":["
        + String.format(form, one, count)
        + ","
        + String.format(form, other, otherCount)
        + "]}";
  }

  @Test
  void shouldAskWhichDeadLettersAreMeant() {
    CliRun run = broker.run("dead-letter", "drop", "cart", "--yes");

    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err())
        .contains("(expected: --id ID, --error-class CLASS, --type TYPE or --all)");
  }

  @Test
  void shouldShowAnOutcome() {
    broker.on(
        "GET /outcomes/" + ID,
        """
        {"id":"%s","status":"REJECTED","code":"FORBIDDEN","reason":"no customer",
        "at":"2026-03-01T10:03:11Z","result":null,"contentType":null}
        """
            .formatted(ID));

    assertThat(broker.run("outcome", "get", ID).out())
        .isEqualTo(
            """
            Command  %s
            Status   REJECTED
            Code     FORBIDDEN
            Reason   no customer
            At       2026-03-01 10:03:11 UTC
            """
                .formatted(ID));
  }

  @Test
  void shouldTellABadIdBeforeAsking() {
    CliRun run = broker.run("outcome", "get", "17");

    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("message id: '17' (expected: a UUID");
    assertThat(broker.requests()).isEmpty();
  }

  @Test
  void shouldExitByTheBrokersError() {
    broker.on(
        "GET /queues/nope",
        404,
        """
        {"error":{"code":"NOT_FOUND","number":206,"message":"queue: 'nope'","help":"List them."}}
        """);

    CliRun run = broker.run("queue", "show", "nope");

    assertThat(run.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .isEqualTo(
            "parley: NOT_FOUND: queue: 'nope'\n  → List them.\n  → parley error NOT_FOUND\n");
  }

  @Test
  void shouldGiveErrorsAsJsonWhereResultsAre() {
    broker.on(
        "GET /queues", 503, "{\"error\":{\"code\":\"STORE_UNAVAILABLE\",\"message\":\"disk\"}}");

    CliRun run = broker.run("queue", "list", "-o", "json");

    assertThat(run.exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
    assertThat(run.err())
        .isEqualTo(
            "{\"error\":{\"code\":\"STORE_UNAVAILABLE\",\"message\":\"disk\",\"next\":null,"
                + "\"exit\":69}}\n");
  }

  @Test
  void shouldShowAnErrorOfANewerBroker() {
    broker.on("GET /queues", 409, "{\"error\":{\"code\":\"TOO_NEW\",\"message\":\"m\"}}");

    CliRun run = broker.run("queue", "list");

    assertThat(run.exitCode()).isEqualTo(ExitCode.NO);
    assertThat(run.err()).isEqualTo("parley: TOO_NEW: m\n");
  }

  @Test
  void shouldNoticeThatAnotherProgramAnswers() {
    broker.on("GET /queues", 200, "<html>hello</html>");

    CliRun run = broker.run("queue", "list");

    assertThat(run.exitCode()).isEqualTo(ExitCode.PROTOCOL);
    assertThat(run.err())
        .startsWith("parley: UNEXPECTED_ANSWER: " + broker.url() + " answered HTTP 200");
  }

  @Test
  void shouldNameTheFieldThatANewerBrokerLeftOut() {
    broker.on("GET /queues/cart", "{\"name\":\"cart\",\"service\":\"cart\"}");

    CliRun run = broker.run("queue", "show", "cart");

    assertThat(run.exitCode()).isEqualTo(ExitCode.PROTOCOL);
    assertThat(run.err()).contains("field 'ready': null (expected: a number)");
  }

  @Test
  void shouldSayHowToStartABrokerWhereThereIsNone() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }

    CliRun run = CliRun.of("queue", "list", "--admin", "http://127.0.0.1:" + port);

    assertThat(run.exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
    assertThat(run.err())
        .startsWith("parley: NO_BROKER: no broker at http://127.0.0.1:" + port)
        .contains("Start one with 'parley server'");
  }

  @Test
  void shouldTakeTheNamespaceFromTheUri() {
    broker.onPath("GET /admin/v1/namespaces/shop/queues", 200, "{\"queues\":[]}");

    CliRun run = broker.setup().with("PARLEY_URI", "parley://h/shop").run("queue", "list");

    assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
  }

  @Test
  void shouldSayWhoAsks() {
    broker.requireUser("ops", "pass:word");

    assertThat(broker.run("queue", "list").exitCode()).isEqualTo(ExitCode.PERMISSION);
    assertThat(broker.setup().with("PARLEY_URI", "parley://ops:pass%3Aword@h").run("queue", "list"))
        .returns(ExitCode.OK, CliRun::exitCode);
    assertThat(
            broker
                .setup()
                .with("PARLEY_USER", "ops")
                .with("PARLEY_PASSWORD", "pass:word")
                .run("queue", "list"))
        .returns(ExitCode.OK, CliRun::exitCode);
  }

  @Test
  void shouldReadThePasswordFromAFile(@TempDir Path folder) throws IOException {
    broker.requireUser("ops", "secret");
    Path file = Files.writeString(folder.resolve("password"), "secret\n");
    CliRun.Setup setup = broker.setup().with("PARLEY_USER", "ops");

    assertThat(setup.with("PARLEY_PASSWORD_FILE", file.toString()).run("queue", "list"))
        .returns(ExitCode.OK, CliRun::exitCode);
    assertThat(setup.with("PARLEY_PASSWORD_FILE", file + "x").run("queue", "list"))
        .returns(ExitCode.CONFIG, CliRun::exitCode);
  }

  @Test
  void shouldExplainThatAChangeNeedsAUser() {
    broker.requireUser("ops", "secret");

    CliRun run = broker.run("type", "declare", "a.B", "--kind", "event");

    assertThat(run.exitCode()).isEqualTo(ExitCode.PERMISSION);
    assertThat(run.err()).startsWith("parley: UNAUTHENTICATED: ");
  }

  @Test
  void shouldEscapeNamesInPaths() {
    broker.run("queue", "show", "a/b c");

    assertThat(broker.requests())
        .containsExactly("GET /admin/v1/namespaces/default/queues/a%2Fb%20c");
  }

  @Test
  void shouldBeReady() {
    broker.onPath("GET /health/ready", 200, "{\"ready\":true}");

    CliRun run = broker.run("check", "ready");

    assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(run.out()).isEqualTo("ready: " + broker.url() + "\n");
  }

  @Test
  void shouldNotBeReadyAndSayWhy() {
    broker.onPath("GET /health/ready", 503, "{\"ready\":false,\"reason\":\"disk full\"}");

    CliRun run = broker.run("check", "ready");

    assertThat(run.exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
    assertThat(run.err()).contains("NOT_READY").contains("accepts no writes: disk full");
  }

  @Test
  void shouldWaitForReadiness() {
    broker.onPath("GET /health/ready", 503, "{\"ready\":false,\"reason\":\"starting\"}");

    CliRun run = broker.run("check", "ready", "--wait", "250ms");

    assertThat(run.exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
    assertThat(broker.requests()).hasSizeGreaterThan(1);
  }

  private static String deadLetters() {
    return "{\"deadLetters\":[{"
        + MESSAGE.formatted(ID, "dead")
        + ",\"destination\":\"cart\",\"destinationKind\":\"queue\",\"errorClass\":"
        + "\"java.net.ConnectException\",\"message\":\"Connection refused\","
        + "\"deadAt\":\"2026-03-01T11:00:00Z\"}]}";
  }

  // ---------------------------------------------------------------- explain

  private static String place(String reason, String more) {
    return """
    {"destination":"cart","destinationKind":"queue","service":"cart","reason":"%s",\
    "sequence":42,"storedAt":"2026-03-01T10:03:11.123Z","failures":2,"maxAttempts":10,\
    "holder":"","started":false,"errorClass":"","errorMessage":""%s}\
    """
        .formatted(reason, more);
  }

  private static String explanation(String status, String places) {
    return """
    {"id":"%s","status":"%s","progress":0.5,"bytesLooked":1887436,"type":"shop.Add",\
    "kind":"command","storedAt":"2026-03-01T10:03:11.123Z","outcome":null,"places":[%s],\
    "morePlaces":0}\
    """
        .formatted(ID, status, places);
  }

  @Test
  void shouldSayWhyAMessageIsLeased() {
    broker.on(
        "GET /messages/" + ID + "/explanation",
        explanation(
            "HERE",
            place("LEASED", ",\"until\":\"2026-03-01T10:04:11.123Z\"")
                .replace("\"holder\":\"\"", "\"holder\":\"cart at 127.0.0.1:5000\"")
                .replace("\"started\":false", "\"started\":true")));

    CliRun run = broker.run("explain", ID);

    assertThat(run.out())
        .isEqualTo(
            """
            command shop.Add, stored 2026-03-01 10:03:11 UTC
            queue cart #42: is leased by cart at 127.0.0.1:5000 until 2026-03-01 10:04:11 UTC, \
            being handled, attempt 3 of 10.
            """);
    assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
  }

  @Test
  void shouldHaveASentenceForEachReason() {
    for (String reason :
        new String[] {
          "READY",
          "NO_CONSUMER",
          "NO_CREDIT",
          "NOT_READING",
          "UNOWNED",
          "MOVING",
          "BEHIND_KEY",
          "DELAYED",
          "RETRY",
          "DEAD_LETTERED",
          "SETTLED",
          "SUBSCRIBED_LATER"
        }) {
      broker.on(
          "GET /messages/" + ID + "/explanation",
          explanation("HERE", place(reason, ",\"ahead\":1234,\"behind\":41")));
      CliRun run = broker.run("explain", ID);
      assertThat(run.exitCode()).as(reason).isEqualTo(ExitCode.OK);
      assertThat(run.out()).as(reason).doesNotContain(reason).contains("#42: ");
    }
    broker.on(
        "GET /messages/" + ID + "/explanation",
        explanation("HERE", place("NO_CONSUMER", ",\"ahead\":1234")));
    assertThat(broker.run("explain", ID).out())
        .endsWith("queue cart #42: waits, 1,234 before it: nobody consumes.\n");
  }

  @Test
  void shouldSayThatNothingIsKnownOfAMessage() {
    broker.on(
        "GET /messages/" + ID + "/explanation",
        """
        {"id":"x","status":"UNKNOWN","progress":1.0,"bytesLooked":0,"type":null,"kind":null,\
        "storedAt":null,"outcome":null,"places":[],"morePlaces":0}\
        """);

    CliRun run = broker.run("explain", ID);

    assertThat(run.out()).startsWith("Nothing is known of it");
    assertThat(run.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
  }

  @Test
  void shouldExplainAQueue() {
    broker.on(
        "GET /queues/cart/explanation?limit=10",
        """
        {"name":"cart","kind":"queue","service":"cart","ready":2,"leased":1,"delayed":0,\
        "deadLetters":1,"nextDue":null,"consumerCount":3,"consumers":[{"holder":"cart at h:1",\
        "credit":0,"held":1,"reading":false,"leaseEnds":"2026-03-01T10:04:11.123Z"}],\
        "messages":[%s]}\
        """
            .formatted(
                place("NO_CREDIT", ",\"ahead\":0,\"id\":\"" + ID + "\",\"type\":\"shop.Add\"")));

    assertThat(broker.run("queue", "explain", "cart").out())
        .isEqualTo(
            """
            cart: 2 ready, 1 leased, 0 delayed, 1 dead letter.
            Consumer cart at h:1: holds 1 (the first lease ends 2026-03-01 10:04:11 UTC), takes 0 \
            more, but doesn't read what is sent to it.
            … and 2 more consumers.
            #42 shop.Add %s waits, 0 before it: no consumer asked for more than it has.
            """
                .formatted(ID));
    assertThat(broker.run("queue", "explain", "cart", "--limit", "101").exitCode())
        .isEqualTo(ExitCode.USAGE);
  }

  @Test
  void shouldSayWhoWouldGetAnEventWithoutPublishingIt() {
    broker.on(
        "GET /routes/shop.Added?kind=event",
        """
        {"type":"shop.Added","kind":"event","known":true,"receivers":[{"name":"billing",\
        "kind":"inbox","service":"money","patterns":["shop.>","shop.*"],"consumers":0}]}\
        """);

    CliRun run = broker.run("event", "publish", "shop.Added", "body", "--dry-run");

    assertThat(run.out())
        .isEqualTo("inbox billing of service money, by shop.>, shop.*; nobody consumes now\n");
    assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
  }

  @Test
  void shouldSayThatACommandWouldWaitForAnOwner() {
    broker.on(
        "GET /routes/shop.Add?kind=command",
        "{\"type\":\"shop.Add\",\"kind\":\"command\",\"known\":false,\"receivers\":[]}");

    assertThat(broker.run("command", "send", "shop.Add", "--dry-run").out())
        .isEqualTo("Nobody yet: it would wait until a service owns this type.\n");
  }

  // ---------------------------------------------------------------- transfer, catalogue

  @Test
  void shouldTransferATypeOnceSomebodyAgrees() {
    broker
        .on(
            "GET /types",
            "{\"types\":[{\"name\":\"shop.Add\",\"kind\":\"command\",\"owner\":\"cart\"}]}")
        .on(
            "POST /types/transfer",
            "{\"type\":\"shop.Add\",\"owner\":\"basket\",\"queue\":\"basket\",\"moved\":3,"
                + "\"moving\":false}");
    String[] verb = {"type", "transfer", "shop.Add", "--to", "basket"};

    assertThat(broker.run(verb).exitCode()).as("nobody to ask").isEqualTo(ExitCode.USAGE);
    assertThat(broker.setup().typing("n\n").run(verb).exitCode()).isEqualTo(ExitCode.NO);
    assertThat(broker.requests()).noneMatch(request -> request.startsWith("POST"));
    CliRun run = broker.setup().typing("y\n").run(verb);

    assertThat(run.err())
        .startsWith(
            "Really move shop.Add from 'cart' to queue 'basket' of service 'basket'? [y/N]");
    assertThat(run.out())
        .isEqualTo("shop.Add is owned by basket, queue basket; 3 commands moved.\n");
    assertThat(broker.requests())
        .anyMatch(
            request ->
                request.endsWith(
                    "{\"type\":\"shop.Add\",\"service\":\"basket\",\"queue\":\"basket\"}"));
  }

  private static final String CATALOG =
      """
      {"since":"2026-03-01T10:00:00Z","usesLost":0,"types":[\
      {"name":"shop.Add","kind":"command","declared":false,"owner":"cart","queue":"cart",\
      "waiting":0,"consumers":1,"subscriptions":[],"uses":[{"service":"web","role":"sends",\
      "firstSeen":"2026-03-01T10:03:11Z","lastSeen":"2026-03-01T10:04:11Z"}]},\
      {"name":"shop.Added","kind":"event","declared":false,"owner":null,"queue":null,"waiting":0,\
      "consumers":0,"subscriptions":["billing"],"uses":[]},\
      {"name":"shop.Lost","kind":"command","declared":false,"owner":null,"queue":null,"waiting":7,\
      "consumers":0,"subscriptions":[],"uses":[]},\
      {"name":"shop.Noise","kind":"event","declared":false,"owner":null,"queue":null,"waiting":0,\
      "consumers":0,"subscriptions":[],"uses":[{"service":"","role":"publishes",\
      "firstSeen":"2026-03-01T10:03:11Z","lastSeen":"2026-03-01T10:03:11Z"}]}],\
      "subscriptions":[%s]}\
      """
          .formatted(BILLING.replace("\"consumers\":1", "\"consumers\":0"));

  @Test
  void shouldShowTheCatalogueAndWhatIsOrphaned() {
    broker.on("GET /catalog", CATALOG);

    CliRun run = broker.run("catalog", "show");

    assertThat(run.lines().get(1)).matches("shop.Add +command +cart +web +2026-03-01 10:04:11");
    assertThat(run.lines().get(2)).matches("shop.Added +event +billing +- +-");
    assertThat(run.lines().subList(5, 8))
        .containsExactly(
            "Orphan: UNOWNED_COMMAND shop.Lost: nobody owns it; 7 commands wait for it",
            "Orphan: UNREAD_EVENT shop.Noise: it is published, and no subscription wants it",
            "Orphan: UNREAD_INBOX billing: nobody consumes it, last at 2026-03-01 10:03:11;"
                + " 40 events ready");
    broker.on("GET /catalog", CATALOG.replace("\"2026-03-01T10:03:11.123Z\"", "null"));
    assertThat(broker.run("catalog", "show", "--orphans").out())
        .contains("UNREAD_INBOX billing: nobody ever consumed it since 2026-01-02 08:00:00;");
    assertThat(broker.run("catalog", "show", "--orphans", "--unread-for", "36500d").out())
        .doesNotContain("UNREAD_INBOX");
  }

  @Test
  void shouldExportTheCatalogueAsAsyncApi() throws Exception {
    broker.on("GET /catalog", CATALOG);

    String document = broker.run("catalog", "export", "--format", "asyncapi").out();

    JsonObject api =
        Json.readObject(new ByteArrayInputStream(document.getBytes(StandardCharsets.UTF_8)));
    assertThat(api.text("asyncapi")).isEqualTo("3.0.0");
    assertThat(api.objectOrNull("channels").fields())
        .containsOnlyKeys("shop.Add", "shop.Added", "shop.Lost", "shop.Noise");
    JsonObject operations = api.objectOrNull("operations");
    assertThat(operations.fields())
        .containsOnlyKeys(
            "billing.receives.shop.Added",
            "cart.receives.shop.Add",
            "unnamed.publishes.shop.Noise",
            "web.sends.shop.Add");
    for (String name : operations.fields().keySet()) {
      JsonObject operation = operations.objectOrNull(name);
      String channel = operation.objectOrNull("channel").text("$ref").replace("#/channels/", "");
      assertThat(api.objectOrNull("channels").objectOrNull(channel)).as(name).isNotNull();
      assertThat(api.objectOrNull("components").objectOrNull("messages").objectOrNull(channel))
          .isNotNull();
    }
    assertThat(operations.objectOrNull("web.sends.shop.Add").text("action")).isEqualTo("send");
    assertThat(operations.objectOrNull("cart.receives.shop.Add").text("action"))
        .isEqualTo("receive");
  }
}
