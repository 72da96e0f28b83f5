package io.parley.examples.retail.demo;

import io.parley.examples.retail.RetailFile;
import io.parley.examples.retail.demo.Report.Revenue;
import io.parley.protocol.model.MessageId;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * A shop works off a file of real retail data, while its broker is killed and one of its instances
 * crashes; then every command, event and sum is compared with the file. {@link Story} is what
 * happens, {@link Audit} what is compared.
 *
 * <p>Used once, by one thread.
 */
public final class Demo {
  private final Settings settings;
  private final Narrator narrator;
  private final Visit visit;

  /**
   * What to run.
   *
   * @param brokerCommand starts a broker that takes its settings from the environment
   * @param file what the shop works off
   * @param cartInstances instances of the cart service: 1 to 100
   * @param killBroker whether the broker gets SIGKILL half-way
   */
  public record Settings(
      List<String> brokerCommand, RetailFile file, int cartInstances, boolean killBroker) {
    /** Most instances of the cart service. */
    public static final int CART_INSTANCES_MAX = 100;

    /** Copies the command line. */
    public Settings {
      brokerCommand = List.copyOf(brokerCommand);
      if (cartInstances < 1 || cartInstances > CART_INSTANCES_MAX) {
        throw new IllegalArgumentException(
            "instances: " + cartInstances + " (expected: 1 to " + CART_INSTANCES_MAX + ")");
      }
    }
  }

  /** Shows how it goes. */
  public interface Narrator {
    /** Something happened. */
    void tell(String line);

    /** How far it is. Called ten times a second; the latest line counts. */
    void progress(String line);

    /** Something happened, with values as in {@link String#format}. */
    default void tell(String format, Object... values) {
      tell(String.format(Locale.ROOT, format, values));
    }
  }

  /** Looks at the broker when all is compared, before it stops. */
  @FunctionalInterface
  public interface Visit {
    /**
     * Looks at it, and may use it.
     *
     * @param uri the broker's
     * @param admin its HTTP side
     * @param checkOut the first check-out of the file that completed
     */
    void look(String uri, String admin, MessageId checkOut)
        throws IOException, InterruptedException;
  }

  /**
   * A demo to {@link #run}.
   *
   * @param visit at its end
   */
  public Demo(Settings settings, Narrator narrator, Visit visit) {
    this.settings = settings;
    this.narrator = narrator;
    this.visit = visit;
  }

  /**
   * Runs it.
   *
   * @return what came out; {@link Report#reconciled} if all is well
   * @throws BrokerFailedException if the broker doesn't start, or ends by itself
   * @throws IOException if the broker's process can't be made, or doesn't answer
   */
  public Report run() throws IOException, InterruptedException {
    long startedNanos = System.nanoTime();
    List<MessageId> checkOuts = new ArrayList<>(1);
    FileLedger ledger =
        FileLedger.read(
            settings.file(),
            entry -> {
              boolean isCheckOut = entry.kind() == FileLedger.Kind.CHECK_OUT && entry.isCompleted();
              if (checkOuts.isEmpty() && isCheckOut) {
                checkOuts.add(entry.command());
              }
            });
    try (BrokerProcess broker = BrokerProcess.start(settings.brokerCommand())) {
      narrator.tell("The broker is ready at %s.", broker.uri());
      Shop shop = new Shop(broker.uri());
      try {
        Story story = new Story(settings, ledger.commands(), broker, shop, narrator);
        story.tell();
        narrator.tell("Comparing everything with the file.");
        Audit audit = new Audit(settings.file(), ledger, broker, shop);
        audit.compareAll(story);
        if (audit.result().mismatchCount() == 0 && !checkOuts.isEmpty()) {
          visit.look(broker.uri(), broker.adminAddress(), checkOuts.get(0));
        }
        shop.close();
        audit.compareExitCode(broker.stop());
        long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedNanos);
        return report(tookMs, ledger, shop, story, audit.result());
      } catch (IOException | InterruptedException | RuntimeException e) {
        abort(shop, e);
        throw e;
      }
    }
  }

  /** Whatever goes wrong on the way out must not hide why. */
  private static void abort(Shop shop, Exception reason) {
    try {
      shop.abort();
    } catch (RuntimeException e) {
      reason.addSuppressed(e);
    }
  }

  private Report report(
      long tookMs, FileLedger ledger, Shop shop, Story story, Reconciliation result) {
    return new Report(
        new Report.File(settings.file().name(), settings.file().rows(), settings.file().invoices()),
        tookMs,
        commands(shop, result.commandsByOutcome()),
        shop.views().stream()
            .map(view -> new Report.Inbox(view.service(), view.applied(), view.suppressed()))
            .toList(),
        shop.helpDesk().countByStatus(),
        new Report.Broker(story.brokerKills(), story.brokerDownMs(), story.cartInstancesCrashed()),
        revenue(ledger.revenueByCountry(), shop.analytics().revenueByCountry()),
        result.checks(),
        result.mismatches(),
        result.mismatchCount());
  }

  private static Report.Commands commands(Shop shop, Map<String, Long> countByOutcome) {
    Map<String, Long> rejected = new TreeMap<>(countByOutcome);
    rejected.keySet().retainAll(FileLedger.REJECTIONS);
    Map<String, Long> unsettled = new TreeMap<>(countByOutcome);
    unsettled.keySet().removeAll(FileLedger.REJECTIONS);
    unsettled.remove(FileLedger.COMPLETED);
    return new Report.Commands(
        shop.shopFront().sent(),
        countByOutcome.getOrDefault(FileLedger.COMPLETED, 0L),
        rejected,
        unsettled,
        shop.carts().repeated() + shop.carts().fenced(),
        shop.refusedSettles());
  }

  private static List<Revenue> revenue(
      Map<String, BigDecimal> file, Map<String, BigDecimal> analytics) {
    TreeSet<String> countries = new TreeSet<>(file.keySet());
    countries.addAll(analytics.keySet());
    List<Revenue> revenue = new ArrayList<>();
    for (String country : countries) {
      revenue.add(new Revenue(country, file.get(country), analytics.get(country)));
    }
    return revenue;
  }
}
