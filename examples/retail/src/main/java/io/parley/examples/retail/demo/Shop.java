package io.parley.examples.retail.demo;

import io.parley.client.ClientListener;
import io.parley.client.ParleyClient;
import io.parley.examples.retail.Analytics;
import io.parley.examples.retail.Billing;
import io.parley.examples.retail.CartService;
import io.parley.examples.retail.CartStore;
import io.parley.examples.retail.ShopFront;
import io.parley.examples.retail.Stock;
import io.parley.examples.retail.View;
import io.parley.protocol.ParleyException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * All services of the shop. Each has a client of its own, as it would have a process of its own;
 * they share nothing but the broker, and the cart instances their database.
 *
 * <p>For one thread.
 */
final class Shop implements AutoCloseable {
  /** Longer than any outage of the demo: what was sent before it must be confirmed after it. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final Duration DRAINED_WITHIN = Duration.ofSeconds(10);

  private final String brokerUri;
  private final Deque<ParleyClient> clients = new ArrayDeque<>();
  private final CartStore carts = new CartStore();
  private final List<CartService> cartServices = new ArrayList<>();
  private final Billing billing = new Billing();
  private final Stock stock = new Stock();
  private final Analytics analytics = new Analytics();
  private final Map<String, Long> refusedSettles = new ConcurrentHashMap<>();
  private final ParleyClient shopFrontClient;
  private final ShopFront shopFront;
  private final HelpDesk helpDesk;

  Shop(String brokerUri) {
    this.brokerUri = brokerUri;
    this.shopFrontClient = connect("shop-front", "shop-front");
    this.shopFront = new ShopFront(shopFrontClient);
    this.helpDesk = new HelpDesk(connect("help-desk", "help-desk"));
  }

  /** Makes all subscriptions, so that nobody misses an event for starting late. */
  void declareSubscriptions() {
    for (View view : views()) {
      try (ParleyClient setUp = connect(view.service(), "set-up")) {
        setUp.declareSubscription(view.service(), view.wants().toArray(String[]::new));
        clients.remove(setUp);
      }
    }
  }

  /** Starts an instance of the service that keeps the view. */
  void start(View view) {
    view.subscribe(connect(view.service(), view.service() + "-1"));
  }

  /** Starts one more instance of the cart service. */
  void startCartService() {
    ParleyClient client = connect(CartService.SERVICE, "cart-" + (cartServices.size() + 1));
    clients.remove(client); // it's the instance's from now on
    cartServices.add(CartService.start(client, carts));
  }

  /** The cart instance that was started first. */
  CartService firstCartService() {
    return cartServices.get(0);
  }

  private ParleyClient connect(String service, String instance) {
    ParleyClient client =
        ParleyClient.builder()
            .uri(brokerUri)
            .service(service)
            .instance(instance)
            .sendTimeout(PATIENCE)
            .drainTimeout(DRAINED_WITHIN)
            .listener(new RefusalCounter())
            .connect();
    clients.push(client);
    return client;
  }

  /** Connections come and go here on purpose; what is worth knowing is which settles came late. */
  private final class RefusalCounter implements ClientListener {
    @Override
    public void settleRefused(long sequence, ParleyException reason) {
      refusedSettles.merge(reason.code().name(), 1L, Long::sum);
    }
  }

  ShopFront shopFront() {
    return shopFront;
  }

  /** The shop front's own connection, for asking what became of its commands. */
  ParleyClient shopFrontClient() {
    return shopFrontClient;
  }

  HelpDesk helpDesk() {
    return helpDesk;
  }

  CartStore carts() {
    return carts;
  }

  Billing billing() {
    return billing;
  }

  Stock stock() {
    return stock;
  }

  Analytics analytics() {
    return analytics;
  }

  List<View> views() {
    return List.of(billing, stock, analytics);
  }

  /** Settlements the broker refused, by error code: of leases that were lost. */
  Map<String, Long> refusedSettles() {
    return new TreeMap<>(refusedSettles);
  }

  /** Ends everything without a word: for when there is no broker any more to say it to. */
  void abort() {
    helpDesk.close();
    cartServices.forEach(CartService::crash);
    clients.forEach(ParleyClient::abort);
  }

  /** Finishes what was begun and gives back the rest. */
  @Override
  public void close() {
    helpDesk.close();
    cartServices.forEach(CartService::close);
    clients.forEach(ParleyClient::close);
  }
}
