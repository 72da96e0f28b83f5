package io.parley.engine.scenario;

import io.parley.engine.EngineSettings;
import io.parley.engine.destination.DestinationKind;
import io.parley.engine.operation.Operation;
import io.parley.engine.operation.Result;
import io.parley.engine.testing.Delivered;
import io.parley.engine.testing.TestConsumer;
import io.parley.engine.testing.TestMessage;
import io.parley.engine.testing.TestNamespace;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.model.Outcome;
import io.parley.protocol.model.Payload;
import io.parley.protocol.model.TypePattern;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Runs a script's commands on an engine, one line each, and tells in lines what came of each.
 *
 * <pre>
 *   claim SERVICE TYPE…                     subscribe NAME PATTERN…
 *   send TYPE BODY[@KEY]…                   publish TYPE BODY…
 *   consume NAME CONSUMER CREDIT [LEASE]    credit CONSUMER N
 *   start CONSUMER BODY                     disconnect CONSUMER
 *   complete CONSUMER BODY [result=TEXT] [event=TYPE/BODY]… [command=TYPE/BODY]…
 *   reject CONSUMER BODY CODE               fail CONSUMER BODY           release CONSUMER BODY
 *   pass DURATION                           restart
 *   show NAME                               outcome TYPE BODY            redrive NAME
 * </pre>
 *
 * <p>Durations are like {@code 30s}. A command's line is followed by what was delivered because of
 * it: {@code consumer <- body (attempt N)}.
 */
final class Scenario {
  private TestNamespace namespace =
      new TestNamespace(TestNamespace.settings(3, false, EngineSettings.DEFAULTS.dedupWindow()));
  private final Map<String, TestConsumer> consumers = new LinkedHashMap<>();
  private final Map<String, List<Delivered>> held = new LinkedHashMap<>();

  /** Runs one command. */
  List<String> run(String line) {
    String[] words = line.trim().split("\\s+");
    List<String> told = new ArrayList<>();
    switch (words[0]) {
      case "claim" -> told.add(claim(words));
      case "subscribe" -> told.add(subscribe(words));
      case "send", "publish" -> told.addAll(send(words));
      case "consume" -> consume(words);
      case "credit" -> consumer(words[1]).credit(Integer.parseInt(words[2]));
      case "start" -> consumer(words[1]).start(held(words[1], words[2]));
      case "disconnect" -> disconnect(words[1]);
      case "complete" -> told.add(verdict(complete(words)));
      case "reject" ->
          told.add(verdict(consumer(words[1]).reject(held(words[1], words[2]), words[3])));
      case "fail" -> told.add(verdict(consumer(words[1]).fail(held(words[1], words[2]))));
      case "release" -> told.add(verdict(consumer(words[1]).release(held(words[1], words[2]))));
      case "pass" -> namespace.pass(duration(words[1]));
      case "restart" -> restart();
      case "show" -> told.add(show(words[1]));
      case "outcome" -> told.add(outcome(words[1], words[2]));
      case "redrive" -> told.add("redriven " + namespace.redrive(destination(words[1]), null));
      default -> throw new IllegalArgumentException("command: '" + line + "'");
    }
    told.addAll(deliveries());
    return told;
  }

  private String claim(String[] words) {
    List<String> types = List.of(words).subList(2, words.length);
    return result(namespace.submit(new Operation.ClaimTypes(words[1], words[1], types)));
  }

  private String subscribe(String[] words) {
    List<TypePattern> patterns = Stream.of(words).skip(2).map(TypePattern::new).toList();
    return result(namespace.submit(new Operation.Subscribe(words[1], words[1], patterns)));
  }

  private static String result(Result result) {
    return result instanceof Result.Refused refused ? "refused " + refused.code() : "ok";
  }

  private List<String> send(String[] words) {
    List<TestMessage> messages = new ArrayList<>();
    for (int i = 2; i < words.length; i++) {
      String[] bodyAndKey = words[i].split("@");
      TestMessage message =
          words[0].equals("send")
              ? TestMessage.command(words[1], bodyAndKey[0]).tracked()
              : TestMessage.event(words[1], bodyAndKey[0]);
      messages.add(bodyAndKey.length > 1 ? message.key(bodyAndKey[1]) : message);
    }
    List<Result.Refusal> refusals = namespace.send(messages);
    List<String> told = new ArrayList<>();
    told.add("stored " + (messages.size() - refusals.size()));
    refusals.forEach(refusal -> told.add("refused #" + refusal.index() + " " + refusal.code()));
    return told;
  }

  private void consume(String[] words) {
    int credit = Integer.parseInt(words[3]);
    int destination = destination(words[1]);
    consumers.put(
        words[2],
        words.length > 4
            ? namespace.consume(destination, credit, (int) duration(words[4]).toMillis())
            : namespace.consume(destination, credit));
    held.put(words[2], new ArrayList<>());
  }

  private void disconnect(String name) {
    consumer(name).disconnect();
    consumers.remove(name);
    namespace.run();
  }

  private @Nullable ErrorCode complete(String[] words) {
    Payload result = null;
    List<TestMessage> emitted = new ArrayList<>();
    for (int i = 3; i < words.length; i++) {
      String[] named = words[i].split("=");
      if (named[0].equals("result")) {
        result = new Payload("text/plain", named[1].getBytes(StandardCharsets.UTF_8));
      } else {
        String[] typeAndBody = named[1].split("/");
        emitted.add(
            named[0].equals("event")
                ? TestMessage.event(typeAndBody[0], typeAndBody[1])
                : TestMessage.command(typeAndBody[0], typeAndBody[1]));
      }
    }
    Delivered message = held(words[1], words[2]);
    return words.length == 3
        ? consumer(words[1]).complete(message)
        : consumer(words[1]).completeWith(message, result, emitted.toArray(TestMessage[]::new));
  }

  private static String verdict(@Nullable ErrorCode refusal) {
    return refusal == null ? "ok" : "refused " + refusal;
  }

  private void restart() {
    namespace.restart();
  }

  private String show(String name) {
    TestNamespace.Counts counts = namespace.counts(destination(name));
    return "%s: ready %d, leased %d, delayed %d, dead %d"
        .formatted(name, counts.ready(), counts.leased(), counts.delayed(), counts.dead());
  }

  private String outcome(String type, String body) {
    Outcome outcome = namespace.outcome(TestMessage.id(type + '/' + body));
    String code = outcome.code().isEmpty() ? "" : " " + outcome.code();
    String result =
        outcome.result().isEmpty()
            ? ""
            : " '" + new String(outcome.result().bytes(), StandardCharsets.UTF_8) + "'";
    return outcome.status() + code + result;
  }

  private List<String> deliveries() {
    List<String> told = new ArrayList<>();
    consumers.forEach(
        (name, consumer) -> {
          for (Delivered delivered : consumer.take()) {
            held.computeIfAbsent(name, n -> new ArrayList<>()).add(delivered);
            told.add(
                "%s <- %s (attempt %d)".formatted(name, delivered.body(), delivered.attempt()));
          }
        });
    return told;
  }

  private TestConsumer consumer(String name) {
    TestConsumer consumer = consumers.get(name);
    if (consumer == null) {
      throw new IllegalArgumentException(
          "consumer: '" + name + "' (expected: " + consumers.keySet());
    }
    return consumer;
  }

  /** The message a consumer got last with a body, in its hands or not any more. */
  private Delivered held(String consumer, String body) {
    List<Delivered> all = held.getOrDefault(consumer, List.of());
    for (int i = all.size() - 1; i >= 0; i--) {
      if (all.get(i).body().equals(body)) {
        return all.get(i);
      }
    }
    throw new IllegalArgumentException(consumer + " never got '" + body + "'");
  }

  private int destination(String name) {
    for (DestinationKind kind : DestinationKind.values()) {
      var found = namespace.engine().destinations().find(kind, name);
      if (found != null) {
        return found.id();
      }
    }
    throw new IllegalArgumentException("destination: '" + name + "'");
  }

  private static Duration duration(String text) {
    return Duration.parse("PT" + text);
  }
}
