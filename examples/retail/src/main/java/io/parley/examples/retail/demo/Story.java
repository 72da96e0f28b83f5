package io.parley.examples.retail.demo;

import io.parley.examples.retail.CartService;
import io.parley.examples.retail.CommandIds;
import io.parley.examples.retail.View;
import io.parley.examples.retail.demo.Demo.Narrator;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What happens, from top to bottom:
 *
 * <pre>
 *   commands decided   0 %   all subscriptions are made; billing, stock and the cart service start;
 *                            the shop front sends, the help desk asks
 *                     25 %   analytics starts, and catches up
 *                     50 %   the broker is killed, and started again
 *                     75 %   an instance of the cart service crashes; another takes its place
 *                    100 %   until nothing waits any more
 * </pre>
 *
 * <p>For one thread.
 */
final class Story {
  private static final double ANALYTICS_STARTS_AT = 0.25;
  private static final double BROKER_IS_KILLED_AT = 0.5;
  private static final double CART_SERVICE_CRASHES_AT = 0.75;

  /**
   * At the least, spread evenly: the broker takes in a day much faster, and would have it all when
   * it is killed. That it is sent to while it is down is part of the story.
   */
  private static final Duration SENDING_TAKES = Duration.ofSeconds(4);

  /** When nothing has moved for so long, nothing will. */
  private static final Duration STALLED_AFTER = Duration.ofSeconds(60);

  private static final long LOOK_EVERY_MS = 1;
  private static final long LOOK_AT_BROKER_EVERY_MS = 50;
  private static final long SHOW_EVERY_NANOS = 100_000_000;

  private final Demo.Settings settings;
  private final long commands;
  private final BrokerProcess broker;
  private final Shop shop;
  private final Narrator narrator;
  private CompletableFuture<@Nullable Void> sending = new CompletableFuture<>();
  private int brokerKills;
  private long brokerDownMs;
  private int cartInstancesCrashed;
  private boolean stalled;

  /**
   * A story to {@link #tell}.
   *
   * @param commands how many the file stands for
   */
  Story(Demo.Settings settings, long commands, BrokerProcess broker, Shop shop, Narrator narrator) {
    this.settings = settings;
    this.commands = commands;
    this.broker = broker;
    this.shop = shop;
    this.narrator = narrator;
  }

  /** Lets it happen; returns when nothing waits any more, or nothing moves. */
  void tell() throws IOException, InterruptedException {
    openShop();
    awaitDecided(ANALYTICS_STARTS_AT);
    startAnalytics();
    if (settings.killBroker()) {
      awaitDecided(BROKER_IS_KILLED_AT);
      killBroker();
    }
    awaitDecided(CART_SERVICE_CRASHES_AT);
    crashCartService();
    awaitRest();
    shop.helpDesk().askLastTime();
  }

  private void openShop() {
    shop.declareSubscriptions();
    shop.start(shop.billing());
    shop.start(shop.stock());
    for (int i = 0; i < settings.cartInstances(); i++) {
      shop.startCartService();
    }
    shop.helpDesk().open();
    narrator.tell(
        "%s: %,d rows make %,d commands; %d instances of the cart service compete for them.",
        settings.file().name(), settings.file().rows(), commands, settings.cartInstances());
    sending = CompletableFuture.runAsync(this::sendAll, task -> startDaemon(task, "shop-front"));
  }

  /** Goes on through all that happens meanwhile; on the shop front's own thread. */
  private void sendAll() {
    CommandIds ids = CommandIds.of(settings.file());
    long startedNanos = System.nanoTime();
    long nanosPerRow = SENDING_TAKES.toNanos() / Math.max(1, settings.file().rows());
    AtomicLong rows = new AtomicLong();
    settings
        .file()
        .forEach(
            row -> {
              LockSupport.parkNanos(
                  startedNanos + rows.getAndIncrement() * nanosPerRow - System.nanoTime());
              shop.shopFront().send(row, ids);
            });
    shop.shopFront().awaitConfirms();
  }

  private void startAnalytics() {
    shop.start(shop.analytics());
    narrator.tell("Analytics starts late, and catches up from its inbox.");
  }

  private void killBroker() throws IOException, InterruptedException {
    shop.helpDesk().outageBegins();
    narrator.tell("The broker gets SIGKILL after %,d commands.", shop.carts().decided());
    long killedNanos = System.nanoTime();
    broker.kill();
    broker.startAgain();
    shop.helpDesk().outageEnds();
    brokerKills++;
    brokerDownMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - killedNanos);
    narrator.tell("It is ready again after %,d ms.", brokerDownMs);
  }

  /** At the worst moment, if there still is one: between a cart's change and its settle. */
  private void crashCartService() throws IOException, InterruptedException {
    if (settings.cartInstances() == 1) {
      shop.helpDesk().outageBegins();
    }
    CartService doomed = shop.firstCartService();
    doomed.crashBeforeNextSettle();
    await(() -> doomed.isCrashed() || isDecided(1.0));
    doomed.crash();
    cartInstancesCrashed++;
    narrator.tell(
        "A cart instance crashes in the middle of its leases after %,d commands.",
        shop.carts().decided());
    shop.startCartService();
    shop.helpDesk().outageEnds();
    narrator.tell("Another one takes its place.");
  }

  private void awaitRest() throws IOException, InterruptedException {
    await(sending::isDone);
    await(this::nothingWaits);
  }

  private boolean nothingWaits() throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(LOOK_AT_BROKER_EVERY_MS);
    try {
      return isNothingWaiting();
    } catch (IOException e) {
      return false; // no answer this time; a broker that is gone is noticed elsewhere
    }
  }

  /** The queue first: a command that leaves it puts its events into the inboxes as it does. */
  private boolean isNothingWaiting() throws IOException {
    if (broker.admin().queue(CartService.SERVICE).waiting() > 0) {
      return false;
    }
    for (View view : shop.views()) {
      if (broker.admin().inbox(view.service()).waiting() > 0) {
        return false;
      }
    }
    return true;
  }

  private void awaitDecided(double share) throws IOException, InterruptedException {
    await(() -> isDecided(share));
  }

  private boolean isDecided(double share) {
    return shop.carts().decided() >= share * commands;
  }

  private interface Condition {
    boolean isMet() throws IOException, InterruptedException;
  }

  /** Waits for a condition; gives up, this time and from then on, when nothing moves any more. */
  private void await(Condition condition) throws IOException, InterruptedException {
    long workDone = -1;
    long movedNanos = System.nanoTime();
    long shownNanos = movedNanos - SHOW_EVERY_NANOS;
    while (!stalled && !condition.isMet()) {
      broker.requireAlive();
      requireSending();
      long now = System.nanoTime();
      if (workDone != workDone()) {
        workDone = workDone();
        movedNanos = now;
      } else if (now - movedNanos > STALLED_AFTER.toNanos()) {
        stalled = true;
        narrator.tell("Nothing has moved for %d s: giving up.", STALLED_AFTER.toSeconds());
      }
      if (now - shownNanos >= SHOW_EVERY_NANOS) {
        shownNanos = now;
        narrator.progress(progress());
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MS);
    }
  }

  /** Throws what kept the shop front from sending, if anything did. */
  private void requireSending() {
    try {
      sending.getNow(null);
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw e;
    }
  }

  private long workDone() {
    return shop.shopFront().confirmed()
        + shop.carts().decided()
        + shop.views().stream().mapToLong(View::applied).sum();
  }

  private String progress() {
    long decided = shop.carts().decided();
    return String.format(
        Locale.ROOT,
        "%3d %%  commands: %,d stored, %,d decided  events: billing %,d, stock %,d, analytics %,d"
            + "  queries: %,d",
        100 * decided / Math.max(1, commands),
        shop.shopFront().confirmed(),
        decided,
        shop.billing().applied(),
        shop.stock().applied(),
        shop.analytics().applied(),
        sum(shop.helpDesk().countByStatus()));
  }

  private static long sum(Map<String, Long> counts) {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  private static void startDaemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
  }

  /** How often the broker got SIGKILL. */
  int brokerKills() {
    return brokerKills;
  }

  /** From SIGKILL to accepting durable writes again. */
  long brokerDownMs() {
    return brokerDownMs;
  }

  /** Instances of the cart service that ended as by a crash. */
  int cartInstancesCrashed() {
    return cartInstancesCrashed;
  }

  /** Whether it was given up before all work was done. */
  boolean isStalled() {
    return stalled;
  }
}
