package io.parley.examples.retail.demo;

import io.parley.client.Answer;
import io.parley.client.ParleyClient;
import io.parley.client.Query;
import io.parley.client.QueryException;
import io.parley.examples.retail.CartContents;
import io.parley.examples.retail.CartQuery.FindCarts;
import io.parley.examples.retail.CartQuery.GetCart;
import io.parley.examples.retail.CartSummary;
import io.parley.protocol.ParleyException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The shop's help desk: leafs through the carts while they change, looks one up now and then, and
 * once in a while mistypes its number. Checks that the answers fit the questions.
 */
final class HelpDesk implements AutoCloseable {
  private static final Duration DEADLINE = Duration.ofSeconds(10);
  private static final Duration LAST_ANSWERS_WITHIN = DEADLINE.multipliedBy(4);
  private static final long ASK_EVERY_MS = 50;
  private static final int PAGE_SIZE = 10;
  private static final String UNKNOWN_CART = "unknown";

  /** Enough to see what is wrong. */
  private static final int WRONG_ANSWERS_KEPT = 20;

  private final ParleyClient client;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "help-desk"));
  private final Map<String, Long> countByStatus = new ConcurrentHashMap<>();
  private final ConcurrentLinkedQueue<String> wrongAnswers = new ConcurrentLinkedQueue<>();

  /** Set while it is no surprise that nobody answers; the next right answer takes it back. */
  private volatile boolean outageKnown;

  private volatile boolean outageOver;

  // Where it leafs; only its own thread.
  private String country = "";
  private int page;

  HelpDesk(ParleyClient client) {
    this.client = client;
  }

  /** Asks from now on. */
  void open() {
    clock.scheduleWithFixedDelay(this::askAll, 0, ASK_EVERY_MS, TimeUnit.MILLISECONDS);
  }

  /** Somebody is about to be broken on purpose: from now on no answer at all is fine too. */
  void outageBegins() {
    outageKnown = true;
    outageOver = false;
  }

  /** What was broken is there again: no answer is fine until the next right one. */
  void outageEnds() {
    outageOver = true;
  }

  private void askAll() {
    try {
      CartSummary[] found = findCarts();
      if (found.length > 0) {
        getCart(found[found.length - 1]);
      }
      getUnknownCart();
    } catch (RuntimeException e) {
      wrong("help desk failed: " + e);
    }
  }

  private CartSummary[] findCarts() {
    Answer<CartSummary[]> answer =
        ask(
            () ->
                client.ask(
                    Query.of(FindCarts.TYPE, new FindCarts(), CartSummary[].class)
                        .filter(FindCarts.COUNTRY, country)
                        .page(page)
                        .pageSize(PAGE_SIZE)
                        .deadline(DEADLINE)),
            "200");
    if (answer == null) {
      return new CartSummary[0];
    }
    CartSummary[] carts = answer.body();
    if (carts.length > PAGE_SIZE) {
      wrong("page of %d carts (expected: at most %d)".formatted(carts.length, PAGE_SIZE));
    }
    for (CartSummary cart : carts) {
      if (!country.isEmpty() && !country.equals(cart.country())) {
        wrong("cart %s is from %s (expected: %s)".formatted(cart.cart(), cart.country(), country));
      }
    }
    leafOn(carts, answer.total());
    return carts;
  }

  /** To the next page; after the last one to the carts of another country, or of all. */
  private void leafOn(CartSummary[] carts, long total) {
    if ((page + 1L) * PAGE_SIZE < total) {
      page++;
    } else {
      page = 0;
      country = country.isEmpty() && carts.length > 0 ? carts[0].country() : "";
    }
  }

  private void getCart(CartSummary known) {
    Answer<CartContents> answer =
        ask(
            () -> client.ask(GetCart.TYPE, new GetCart(known.cart()), CartContents.class, DEADLINE),
            "200");
    if (answer != null && !answer.body().summary().cart().equals(known.cart())) {
      wrong("cart %s (expected: %s)".formatted(answer.body().summary().cart(), known.cart()));
    }
  }

  private void getUnknownCart() {
    ask(
        () -> client.ask(GetCart.TYPE, new GetCart(UNKNOWN_CART), CartContents.class, DEADLINE),
        "404");
  }

  /** The answer with status 200; null for any other. */
  private <T> @Nullable Answer<T> ask(Supplier<Answer<T>> question, String expectedStatus) {
    Answer<T> answer = null;
    String status;
    try {
      answer = question.get();
      status = "200";
    } catch (QueryException e) {
      status = String.valueOf(e.status());
    } catch (ParleyException e) {
      status = e.code().name();
    }
    countByStatus.merge(status, 1L, Long::sum);
    if (status.equals(expectedStatus)) {
      if (outageOver) {
        outageKnown = false;
      }
    } else if (!outageKnown) {
      wrong("status %s (expected: %s)".formatted(status, expectedStatus));
    }
    return answer;
  }

  private void wrong(String answer) {
    if (wrongAnswers.size() < WRONG_ANSWERS_KEPT) {
      wrongAnswers.add(answer);
    }
  }

  /** Queries by the status of their answer, or by what kept them from getting one. */
  Map<String, Long> countByStatus() {
    return new TreeMap<>(countByStatus);
  }

  /** Answers that didn't fit the question; the first ones. */
  List<String> wrongAnswers() {
    return List.copyOf(wrongAnswers);
  }

  /** Asks everything once more, and no more then. */
  void askLastTime() throws InterruptedException {
    clock.execute(this::askAll);
    clock.shutdown();
    if (!clock.awaitTermination(LAST_ANSWERS_WITHIN.toSeconds(), TimeUnit.SECONDS)) {
      wrong("no last answers after " + LAST_ANSWERS_WITHIN.toSeconds() + " s");
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
