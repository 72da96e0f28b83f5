package io.parley.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.load.broker.Confirms;
import io.parley.load.broker.Handler;
import io.parley.load.broker.Receiver;
import io.parley.load.broker.Sender;
import io.parley.load.broker.Target;
import io.parley.load.broker.Traffic;
import io.parley.load.report.BacklogReport;
import io.parley.load.report.LoadReport;
import io.parley.load.report.Missing;
import io.parley.load.report.Phase;
import io.parley.load.report.TrafficReport;
import io.parley.load.workload.Workload;
import io.parley.load.workload.Workloads;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoadRunTest {
  @ParameterizedTest
  @ValueSource(
      strings = {"commands-throughput", "commands-paced", "fan-out", "many-queues", "keyed"})
  void shouldFindNothingWrongWithABrokerThatKeepsItsPromises(String name) throws Exception {
    LoadReport report = run(workload(name), new FakeBroker());

    TrafficReport traffic = report.traffic().get(0);
    int inboxes = Math.max(1, traffic.traffic().subscriptions());
    assertThat(report.isCorrect()).isTrue();
    assertThat(traffic.confirmed()).isPositive().isEqualTo(traffic.sent());
    assertThat(traffic.received()).isEqualTo(traffic.confirmed() * inboxes);
    assertThat(traffic.duplicates() + traffic.unconfirmed() + traffic.unsent()).isZero();
    assertThat(traffic.confirm().count()).isPositive();
    assertThat(traffic.endToEnd().count()).isEqualTo(traffic.confirm().count() * inboxes);
    assertThat(traffic.confirmedPerSecond()).isPositive();
  }

  @Test
  void shouldNameAConfirmedMessageThatNeverArrives() throws Exception {
    LoadReport report =
        run(
            workload("commands-throughput", "drain", "100ms", "producers", "1"),
            new FakeBroker() {
              @Override
              List<Delivery> store(long number, int destination, byte[] body) {
                return number == 7 ? List.of() : super.store(number, destination, body);
              }
            });

    assertThat(report.isCorrect()).isFalse();
    assertThat(report.traffic().get(0).missing())
        .containsExactly(new Missing(0, 1, List.of(new Missing.Message(0, 7))));
  }

  @Test
  void shouldNameTheInboxThatMissesAnEvent() throws Exception {
    LoadReport report =
        run(
            workload("fan-out", "drain", "100ms"),
            new FakeBroker() {
              @Override
              List<Delivery> store(long number, int inbox, byte[] body) {
                return inbox == 3 && number < 2 ? List.of() : super.store(number, inbox, body);
              }
            });

    assertThat(report.isCorrect()).isFalse();
    assertThat(report.traffic().get(0).missing())
        .containsExactly(
            new Missing(3, 2, List.of(new Missing.Message(0, 0), new Missing.Message(0, 1))));
  }

  @Test
  void shouldCountDuplicatesAndWhichOfThemAreMarked() throws Exception {
    LoadReport report =
        run(
            workload("commands-throughput", "producers", "1", "consumers", "1"),
            new FakeBroker() {
              @Override
              List<Delivery> store(long number, int destination, byte[] body) {
                Delivery delivery = new Delivery(body, false);
                return number > 2
                    ? List.of(delivery)
                    : List.of(delivery, new Delivery(body, number == 0));
              }
            });

    assertThat(report.traffic().get(0).duplicates()).isEqualTo(3);
    assertThat(report.traffic().get(0).redelivered()).isEqualTo(1);
    assertThat(report.isCorrect()).as("at least once is what was promised").isTrue();
  }

  @Test
  void shouldNoticeMessagesOfAKeyOutOfOrder() throws Exception {
    LoadReport report =
        run(
            workload("keyed", "keys", "3", "producers", "1", "consumers", "1"),
            new FakeBroker() {
              private final List<Delivery> held = new ArrayList<>();

              @Override
              List<Delivery> store(long number, int destination, byte[] body) {
                Delivery delivery = new Delivery(body, false);
                if (number == 3) {
                  held.add(delivery);
                  return List.of();
                }
                // Number 6 has the key of number 3, numbers 4 and 5 have others.
                return number == 6 ? List.of(delivery, held.get(0)) : List.of(delivery);
              }
            });

    assertThat(report.traffic().get(0).outOfOrder()).isEqualTo(1);
    assertThat(report.isCorrect()).isFalse();
  }

  @Test
  void shouldNoticeABodyThatIsNotTheOneSent() throws Exception {
    LoadReport report =
        run(
            workload("commands-throughput", "producers", "1"),
            new FakeBroker() {
              @Override
              List<Delivery> store(long number, int destination, byte[] body) {
                byte[] cut = Arrays.copyOf(body, 90);
                return List.of(new Delivery(number == 5 ? cut : body, false));
              }
            });

    assertThat(report.traffic().get(0).damaged()).isEqualTo(1);
    assertThat(report.isCorrect()).isFalse();
  }

  @Test
  void shouldNoticeAMessageFromAnotherQueueThanItWasSentTo() throws Exception {
    FakeBroker broker =
        new FakeBroker() {
          @Override
          List<Delivery> store(long number, int destination, byte[] body) {
            if (number == 4) {
              put((destination + 1) % 10, body);
              return List.of();
            }
            return super.store(number, destination, body);
          }
        };

    LoadReport report = run(workload("many-queues", "producers", "1"), broker);

    assertThat(report.traffic().get(0).damaged()).isEqualTo(1);
    assertThat(report.isCorrect()).isFalse();
  }

  @Test
  void shouldLeaveOutWhatAnEarlierRunLeftBehind() throws Exception {
    FakeBroker broker = new FakeBroker();
    byte[] old = new byte[100];
    new Stamp(12_345).write(old, 0, 0, System.nanoTime());
    broker.put(0, old);
    broker.put(0, new byte[3]);

    LoadReport report = run(workload("commands-throughput"), broker);

    assertThat(report.traffic().get(0).leftovers()).isEqualTo(2);
    assertThat(report.traffic().get(0).duplicates()).isZero();
    assertThat(report.isCorrect()).isTrue();
  }

  @Test
  void shouldCountRefusedSendsByTheirCode() throws Exception {
    LoadReport report =
        run(
            workload("commands-throughput", "producers", "1"),
            new FakeBroker() {
              @Override
              String refusal(long number) {
                return number % 10 == 9 ? "QUOTA_EXCEEDED" : null;
              }
            });

    TrafficReport traffic = report.traffic().get(0);
    assertThat(traffic.failures()).containsOnlyKeys("QUOTA_EXCEEDED");
    assertThat(traffic.confirmed() + traffic.failures().get("QUOTA_EXCEEDED"))
        .isEqualTo(traffic.sent());
    assertThat(report.isCorrect()).isTrue();
  }

  @Test
  void shouldWaitForAConfirmedMessageThoughARefusedOneArrivedInItsPlace() throws Exception {
    LoadReport report =
        run(
            workload("commands-throughput", "producers", "1"),
            new FakeBroker() {
              private List<Delivery> late = List.of();

              @Override
              List<Delivery> store(long number, int destination, byte[] body) {
                if (number == 1) {
                  late = super.store(number, destination, body);
                  return List.of();
                }
                return super.store(number, destination, body);
              }

              @Override
              String refusal(long number) {
                if (number == 2) {
                  byte[] stored = late.get(0).body().clone();
                  stored[7] = 2; // the lowest byte of its number
                  put(0, stored);
                  deliverLater(late.get(0).body());
                  return "UNCONFIRMED";
                }
                return null;
              }

              private void deliverLater(byte[] body) {
                CompletableFuture<Void> unused =
                    CompletableFuture.runAsync(
                        () -> put(0, body),
                        CompletableFuture.delayedExecutor(400, TimeUnit.MILLISECONDS));
              }
            });

    assertThat(report.traffic().get(0).failures()).containsEntry("UNCONFIRMED", 1L);
    assertThat(report.isCorrect()).isTrue();
  }

  @Test
  void shouldNoticeTheAnswerToAnotherQuestion() throws Exception {
    LoadReport report =
        run(
            workload("queries", "producers", "1"),
            new FakeBroker() {
              private byte[] first = new byte[0];

              @Override
              byte[] answer(byte[] question) {
                first = first.length == 0 ? question : first;
                return Stamp.number(question) == 3 ? first : question;
              }
            });

    assertThat(report.traffic().get(0).wrongAnswers()).isEqualTo(1);
    assertThat(report.isCorrect()).isFalse();
  }

  @Test
  void shouldRunTrafficOfSeveralKindsTogether() throws Exception {
    // Each kind has its own broker, as the fake one knows only one kind's queues.
    Map<Object, Target> targets = new HashMap<>();
    Target.Factory factory =
        () ->
            new Target() {
              private Target of(Traffic traffic) {
                return targets.computeIfAbsent(traffic.kind(), any -> new FakeBroker().open());
              }

              @Override
              public Map<String, String> description() {
                return Map.of("product", "three fakes");
              }

              @Override
              public boolean supports(Traffic traffic) {
                return true;
              }

              @Override
              public void declare(Traffic traffic) {}

              @Override
              public Sender sender(Traffic traffic, int producer, Confirms confirms)
                  throws Exception {
                return of(traffic).sender(traffic, producer, confirms);
              }

              @Override
              public Receiver receiver(
                  Traffic traffic, int consumer, int destination, Handler handler)
                  throws Exception {
                return of(traffic).receiver(traffic, consumer, destination, handler);
              }

              @Override
              public void close() {}
            };

    LoadReport report = run(workload("mixed"), factory);

    assertThat(report.traffic()).hasSize(3).allMatch(traffic -> traffic.confirmed() > 0);
    assertThat(report.isCorrect()).isTrue();
  }

  @Test
  void shouldStoreABacklogBeforeAnybodyReceives() throws Exception {
    FakeBroker broker = new FakeBroker();
    List<String> done = new ArrayList<>();
    Set<Phase> phases = EnumSet.noneOf(Phase.class);
    LoadRun.Between restart =
        new LoadRun.Between() {
          @Override
          public String description() {
            return "restart";
          }

          @Override
          public void run() {
            done.add("restarted, opened " + broker.opened());
          }
        };

    LoadReport report =
        new LoadRun(workload("backlog", "messages", "1001"), broker)
            .between(restart)
            .listener((phase, left, confirmed, received, waiting) -> phases.add(phase))
            .run();

    BacklogReport backlog = report.backlog();
    assertThat(done).containsExactly("restarted, opened 1");
    assertThat(broker.opened()).isEqualTo(2);
    assertThat(backlog.messages()).isEqualTo(1001);
    assertThat(backlog.fillPerSecond()).isPositive();
    assertThat(backlog.firstDeliverySeconds()).isPositive();
    assertThat(backlog.between().command()).isEqualTo("restart");
    assertThat(report.traffic().get(0).received()).isEqualTo(1001);
    assertThat(report.isCorrect()).isTrue();
    assertThat(phases).contains(Phase.FILL, Phase.BETWEEN, Phase.DRAIN);
  }

  @Test
  void shouldTryAgainWhileTheBrokerRestarts() throws Exception {
    FakeBroker broker =
        new FakeBroker() {
          private int refusals;

          @Override
          public Target open() {
            if (opened() == 1 && refusals++ < 3) {
              throw new IllegalStateException("not yet");
            }
            return super.open();
          }
        };
    LoadRun.Between nothing =
        new LoadRun.Between() {
          @Override
          public String description() {
            return "nothing";
          }

          @Override
          public void run() {}
        };

    LoadReport report =
        new LoadRun(workload("backlog", "messages", "10"), broker).between(nothing).run();

    assertThat(report.traffic().get(0).received()).isEqualTo(10);
  }

  @Test
  void shouldRefuseWhatTheTargetHasNot() {
    Target.Factory noQueries =
        () -> {
          Target fake = new FakeBroker().open();
          return new Target() {
            @Override
            public Map<String, String> description() {
              return Map.of("product", "Plain");
            }

            @Override
            public void declare(Traffic traffic) {}

            @Override
            public Sender sender(Traffic traffic, int producer, Confirms confirms)
                throws Exception {
              return fake.sender(traffic, producer, confirms);
            }

            @Override
            public Receiver receiver(
                Traffic traffic, int consumer, int destination, Handler handler) throws Exception {
              return fake.receiver(traffic, consumer, destination, handler);
            }

            @Override
            public void close() {}
          };
        };

    assertThatThrownBy(() -> run(workload("queries"), noQueries))
        .isInstanceOf(UnsupportedTrafficException.class)
        .hasMessage("Plain has no queries");
    assertThatThrownBy(() -> run(workload("keyed"), noQueries))
        .hasMessage("Plain has no commands with ordering keys");
  }

  @Test
  void shouldEndWithTheFirstErrorOfASender() {
    FakeBroker broker =
        new FakeBroker() {
          @Override
          List<Delivery> store(long number, int destination, byte[] body) {
            throw new IllegalStateException("connection lost");
          }
        };
    Target.Factory absent =
        () -> {
          throw new IOException("nobody there");
        };

    assertThatThrownBy(() -> run(workload("commands-throughput"), broker))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("connection lost");
    assertThatThrownBy(() -> run(workload("commands-throughput"), absent))
        .isInstanceOf(TargetException.class)
        .hasMessage("nobody there");
  }

  private static LoadReport run(Workload workload, Target.Factory factory)
      throws InterruptedException {
    return new LoadRun(workload, factory).run();
  }

  /** A workload that comes with Parley, made small. */
  private static Workload workload(String name, String... options) {
    Map<String, String> overrides = new HashMap<>();
    if (name.equals("many-queues")) {
      overrides.put("queues", "10");
    }
    if (!name.equals("backlog")) {
      overrides.put("warmup", "20ms");
      overrides.put("duration", "150ms");
    }
    for (int i = 0; i < options.length; i += 2) {
      overrides.put(options[i], options[i + 1]);
    }
    return Workloads.named(name, overrides);
  }
}
