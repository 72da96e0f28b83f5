package io.parley.examples.retail;

import io.parley.client.Answer;
import io.parley.client.ParleyClient;
import io.parley.client.Question;
import io.parley.client.Responder;
import io.parley.examples.retail.CartQuery.FindCarts;
import io.parley.examples.retail.CartQuery.GetCart;
import java.util.List;
import java.util.Objects;

/** Answers questions about carts; every instance of the cart service does. Changes nothing. */
final class CartQueries {
  private static final int PAGE_SIZE_DEFAULT = 20;

  private final CartStore carts;

  CartQueries(CartStore carts) {
    this.carts = carts;
  }

  Responder respond(ParleyClient client) {
    return client
        .responder()
        .on(GetCart.TYPE, GetCart.class, (query, question) -> getCart(query))
        .on(FindCarts.TYPE, FindCarts.class, (query, question) -> findCarts(question))
        .start();
  }

  private Answer<CartContents> getCart(GetCart query) {
    return carts
        .get(query.cart())
        .map(Answer::ok)
        .orElseGet(() -> Answer.notFound("cart: '" + query.cart() + "'"));
  }

  private Answer<List<CartSummary>> findCarts(Question question) {
    int pageSize = question.pageSize() == 0 ? PAGE_SIZE_DEFAULT : question.pageSize();
    if (pageSize > FindCarts.PAGE_SIZE_MAX) {
      return Answer.badRequest(
          "page size: %d (expected: 1 to %d)".formatted(pageSize, FindCarts.PAGE_SIZE_MAX));
    }
    String country = Objects.requireNonNullElse(question.filter(FindCarts.COUNTRY), "");
    return Answer.page(
        carts.find(country, question.page(), pageSize),
        question.page(),
        pageSize,
        carts.count(country));
  }
}
