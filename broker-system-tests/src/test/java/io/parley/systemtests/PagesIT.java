package io.parley.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.client.Answer;
import io.parley.client.Page;
import io.parley.client.PagedAnswer;
import io.parley.client.Pages;
import io.parley.client.ParleyClient;
import io.parley.client.Query;
import io.parley.client.QueryException;
import io.parley.client.Question;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.testkit.EmbeddedBroker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Answers that come page by page. */
class PagesIT {
  private static EmbeddedBroker broker;

  private final String type = Fresh.type("FindCarts");

  @BeforeAll
  static void start() {
    broker = EmbeddedBroker.start();
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  @Test
  void shouldReadAllPagesInOrder() {
    try (ParleyClient cart = client();
        ParleyClient shop = client()) {
      cart.responder().onPages(type, Integer.class, PagesIT::numbers).start();

      List<Integer> read = new ArrayList<>();
      try (Pages<Integer[]> pages = shop.askPages(ask(1_000))) {
        for (Integer[] page : pages) {
          assertThat(page).hasSizeLessThanOrEqualTo(10);
          read.addAll(List.of(page));
        }
      }

      assertThat(read).isEqualTo(IntStream.range(0, 1_000).boxed().toList());
    }
  }

  @Test
  void shouldEndWithoutPageWhereThereIsNone() {
    try (ParleyClient cart = client();
        ParleyClient shop = client()) {
      cart.responder().onPages(type, Integer.class, PagesIT::numbers).start();

      try (Pages<Integer[]> pages = shop.askPages(ask(0))) {
        assertThat(pages.hasNext()).isFalse();
        assertThat(pages.hasNext()).isFalse();
      }
      assertThat(shop.askPage(ask(0))).isNull();
    }
  }

  @Test
  void shouldHoldResponderBackUntilAskerTakesPages() {
    AtomicInteger sent = new AtomicInteger();
    String other = Fresh.type("GetCart");
    try (ParleyClient cart = client();
        ParleyClient shop = client()) {
      cart.responder()
          .on(other, String.class, (asked, question) -> Answer.ok(asked))
          .onPages(
              type,
              Integer.class,
              (count, question, answer) -> {
                for (int i = 0; i < count; i++) {
                  answer.page(new Integer[] {i});
                  sent.incrementAndGet();
                }
              })
          .start();

      try (Pages<Integer[]> pages = shop.askPages(ask(1_000).pagesAhead(3))) {
        Await.until("three pages", () -> sent.get() == 3);
        // Time enough for another page, there and back.
        shop.ask(other, "?", String.class, Await.PATIENCE);
        assertThat(sent).hasValue(3);

        assertThat(pages.next()).containsExactly(0);
        Await.until("a fourth page", () -> sent.get() == 4);
        shop.ask(other, "?", String.class, Await.PATIENCE);
        assertThat(sent).hasValue(4);
      }
    }
  }

  @Test
  void shouldTellResponderThatWaitsWhenAskerWantsNoMore() throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    try (ParleyClient cart = client();
        ParleyClient shop = client()) {
      cart.responder()
          .onPages(
              type,
              Integer.class,
              (count, question, answer) -> {
                try {
                  numbers(count, question, answer);
                } catch (CancellationException e) {
                  ended.countDown();
                  throw e;
                }
              })
          .start();

      Pages<Integer[]> pages = shop.askPages(ask(1_000));
      assertThat(pages.next()).hasSize(10);
      pages.close();

      Await.latch("the responder's end", ended);
      assertThatExceptionOfType(ParleyException.class)
          .isThrownBy(pages::hasNext)
          .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
    }
  }

  @Test
  void shouldThrowResponderErrorBehindThePagesBeforeIt() {
    try (ParleyClient cart = client();
        ParleyClient shop = client()) {
      cart.responder()
          .onPages(
              type,
              Integer.class,
              (count, question, answer) -> {
                answer.page(new Integer[] {1});
                throw new QueryException.NotPermitted("not the others");
              })
          .start();

      try (Pages<Integer[]> pages = shop.askPages(ask(5))) {
        assertThat(pages.next()).containsExactly(1);
        assertThatThrownBy(pages::next)
            .isInstanceOf(QueryException.NotPermitted.class)
            .hasMessage("not the others");
      }
    }
  }

  @Test
  void shouldEndAtTheDeadlineOfAllPages() {
    try (ParleyClient cart = client();
        ParleyClient shop = client()) {
      cart.responder()
          .onPages(
              type,
              Integer.class,
              (count, question, answer) -> {
                answer.page(new Integer[] {1});
                new CountDownLatch(1)
                    .await(question.timeLeft().plusSeconds(1).toMillis(), TimeUnit.MILLISECONDS);
              })
          .start();

      try (Pages<Integer[]> pages = shop.askPages(ask(5).deadline(Duration.ofMillis(300)))) {
        assertThat(pages.next()).containsExactly(1);
        assertThatThrownBy(pages::next)
            .isInstanceOf(QueryException.DeadlineExceeded.class)
            .hasMessageContaining("not all pages within");
      }
    }
  }

  @Test
  void shouldFailAtOnceWhenNobodyAnswersTheType() {
    try (ParleyClient shop = client();
        Pages<Integer[]> pages = shop.askPages(ask(5))) {
      assertThatThrownBy(pages::hasNext).isInstanceOf(QueryException.Unavailable.class);
    }
  }

  /** The responder that has the question when its process dies gave a cursor with each page. */
  @Test
  void shouldGoOnAtAnotherResponderBehindTheLastPage() {
    try (ParleyClient shop = client();
        ParleyClient first = client();
        ParleyClient second = client()) {
      AtomicInteger byFirst = new AtomicInteger();
      first
          .responder()
          .onPages(
              type,
              Integer.class,
              (count, question, answer) -> {
                byFirst.incrementAndGet();
                numbers(count, question, answer);
              })
          .start();
      List<Integer> read = new ArrayList<>();
      try (Pages<Integer[]> pages = shop.askPages(ask(1_000))) {
        read.addAll(List.of(pages.next()));
        second.responder().onPages(type, Integer.class, PagesIT::numbers).start();
        first.abort();
        pages.forEachRemaining(page -> read.addAll(List.of(page)));
      }

      assertThat(byFirst).hasValue(1);
      assertThat(read).isEqualTo(IntStream.range(0, 1_000).boxed().toList());
    }
  }

  @Test
  void shouldBreakOffWhenResponderIsLostThatGaveNoCursor() {
    try (ParleyClient shop = client();
        ParleyClient cart = client()) {
      cart.responder()
          .onPages(
              type,
              Integer.class,
              (count, question, answer) -> {
                for (int i = 0; i < count; i++) {
                  answer.page(new Integer[] {i});
                }
              })
          .start();

      try (Pages<Integer[]> pages = shop.askPages(ask(1_000))) {
        assertThat(pages.next()).containsExactly(0);
        cart.abort();
        assertThatThrownBy(() -> pages.forEachRemaining(page -> {}))
            .isInstanceOf(QueryException.BrokenOff.class)
            .hasMessageContaining("without a cursor to go on from");
      }
    }
  }

  @Test
  void shouldReadPageByPageInAsManyQueriesByCursor() {
    try (ParleyClient cart = client();
        ParleyClient shop = client()) {
      cart.responder().onPages(type, Integer.class, PagesIT::numbers).start();

      Page<Integer[]> page = shop.askPage(ask(25));
      assertThat(page.items()).hasSize(10).startsWith(0);
      page = shop.askPage(ask(25).from(page.next()));
      assertThat(page.items()).hasSize(10).startsWith(10);
      page = shop.askPage(ask(25).from(page.next()));
      assertThat(page.items()).containsExactly(20, 21, 22, 23, 24);
      assertThat(page.hasNext()).isFalse();
    }
  }

  @Test
  void shouldTakeSingleAnswerForTheOnlyPageAndRefuseToGivePagesWhereOneAnswerIsWanted() {
    String paged = Fresh.type("FindAll");
    try (ParleyClient cart = client();
        ParleyClient shop = client()) {
      cart.responder()
          .on(type, Integer.class, (count, question) -> Answer.ok(new Integer[] {count}))
          .onPages(paged, Integer.class, PagesIT::numbers)
          .start();

      try (Pages<Integer[]> pages = shop.askPages(ask(7))) {
        assertThat(pages.next()).containsExactly(7);
        assertThat(pages.hasNext()).isFalse();
      }
      assertThatThrownBy(() -> shop.ask(paged, 7, Integer[].class, Await.PATIENCE))
          .isInstanceOf(QueryException.BadRequest.class)
          .hasMessageContaining("expected: to be asked for pages");
    }
  }

  /** Numbers from the cursor on, as many as a page holds, each page with its cursor. */
  private static void numbers(int count, Question question, PagedAnswer answer) {
    int from = question.cursor().isEmpty() ? 0 : Integer.parseInt(question.cursor());
    for (int at = from; at < count; ) {
      int end = Math.min(count, at + question.pageSize());
      Integer[] page = IntStream.range(at, end).boxed().toArray(Integer[]::new);
      answer.page(page, end < count ? String.valueOf(end) : "");
      at = end;
    }
  }

  private Query<Integer[]> ask(int count) {
    return Query.of(type, count, Integer[].class).pageSize(10).deadline(Await.PATIENCE);
  }

  private static ParleyClient client() {
    return ParleyClient.connect(broker.uri(), "");
  }
}
