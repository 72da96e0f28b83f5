package io.parley.examples.retail;

import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.protocol.model.MessageId;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The cart service's database, shared by its instances: here a map, elsewhere a table with one row
 * per cart, locked while a command changes it. Thread-safe.
 *
 * <p>Parley delivers at least once. Each command still takes effect once, by two means, both kept
 * in the cart's row and both written together with the change itself:
 *
 * <ul>
 *   <li><b>The id of the last command and what was decided.</b> A command that comes again – its
 *       handler had changed the cart, but couldn't settle any more – gets the same decision again
 *       and changes nothing. One id per cart is enough, because the cart is the ordering key: the
 *       broker hands out the next command of a cart when the one before is settled.
 *   <li><b>The highest lease epoch, as a fence.</b> Epochs grow with each delivery. An instance
 *       that was cut off and doesn't know it yet comes with an old epoch, and is refused.
 * </ul>
 */
public final class CartStore {
  private final ConcurrentSkipListMap<String, Row> rows = new ConcurrentSkipListMap<>();
  private final LongAdder decided = new LongAdder();
  private final LongAdder repeated = new LongAdder();
  private final LongAdder fenced = new LongAdder();

  /** A command's method of {@link Cart}. */
  interface Change {
    CartEvent decide(Cart cart) throws Refusal;
  }

  private static final class Row {
    final Cart cart;
    long fence;
    @Nullable MessageId lastCommand;
    @Nullable Decision lastDecision;

    Row(String id) {
      cart = new Cart(id);
    }
  }

  /** One of the two is there. */
  private record Decision(@Nullable CartEvent event, @Nullable Refusal refusal) {
    static Decision about(Cart cart, Change change) {
      try {
        CartEvent event = change.decide(cart);
        cart.apply(event);
        return new Decision(event, null);
      } catch (Refusal refusal) {
        return new Decision(null, refusal);
      }
    }

    CartEvent eventOrRefusal() throws Refusal {
      if (refusal != null) {
        throw refusal;
      }
      return Objects.requireNonNull(event);
    }
  }

  /**
   * Decides about a command and changes its cart, or repeats what was decided before.
   *
   * @param command the command's id
   * @param leaseEpoch of its delivery
   * @throws Refusal if the rules don't allow it
   * @throws ParleyException with {@link ErrorCode#LEASE_LOST} if the cart has moved on since this
   *     delivery was leased; nothing was changed
   */
  CartEvent change(MessageId command, long leaseEpoch, String cart, Change change) throws Refusal {
    if (!Cart.isId(cart)) {
      decided.increment();
      return change.decide(new Cart(cart)); // is refused, and there is no row to remember it in
    }
    Row row = rows.computeIfAbsent(cart, Row::new);
    synchronized (row) {
      if (leaseEpoch < row.fence) {
        fenced.increment();
        throw new ParleyException(
            ErrorCode.LEASE_LOST,
            "lease epoch: %d for cart %s (expected: %d or later)"
                .formatted(leaseEpoch, cart, row.fence));
      }
      row.fence = leaseEpoch;
      Decision decision = row.lastDecision;
      if (decision != null && command.equals(row.lastCommand)) {
        repeated.increment();
      } else {
        decision = Decision.about(row.cart, change);
        row.lastCommand = command;
        row.lastDecision = decision;
        decided.increment();
      }
      return decision.eventOrRefusal();
    }
  }

  /** A cart that was opened. */
  Optional<CartContents> get(String cart) {
    Row row = rows.get(cart);
    if (row == null) {
      return Optional.empty();
    }
    synchronized (row) {
      return row.cart.isOpened() ? Optional.of(row.cart.contents()) : Optional.empty();
    }
  }

  /**
   * A page of the carts that were opened, in the order of their ids.
   *
   * @param country only from there; empty for all
   * @param page from 0
   */
  List<CartSummary> find(String country, int page, int pageSize) {
    return rows.values().stream()
        .filter(row -> matches(row, country))
        .skip((long) page * pageSize)
        .limit(pageSize)
        .map(CartStore::summaryOf)
        .toList();
  }

  /** How many carts {@link #find} has on all pages. */
  long count(String country) {
    return rows.values().stream().filter(row -> matches(row, country)).count();
  }

  private static boolean matches(Row row, String country) {
    synchronized (row) {
      return row.cart.isOpened() && (country.isEmpty() || country.equals(row.cart.country()));
    }
  }

  private static CartSummary summaryOf(Row row) {
    synchronized (row) {
      return row.cart.summary();
    }
  }

  /**
   * Commands decided about, each counted once (but for those without a usable cart id: they change
   * nothing, so nothing is remembered of them).
   */
  public long decided() {
    return decided.sum();
  }

  /** Commands that came again after they had been decided about: same decision, no change. */
  public long repeated() {
    return repeated.sum();
  }

  /** Deliveries refused because the cart had moved on since. */
  public long fenced() {
    return fenced.sum();
  }
}
