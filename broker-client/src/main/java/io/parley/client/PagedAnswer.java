package io.parley.client;

import io.parley.protocol.WireLimits;
import io.parley.protocol.frame.Request;
import io.parley.protocol.model.Payload;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CancellationException;

/** Takes the pages of an answer. For the handler's thread, or one other at a time. */
public final class PagedAnswer {
  private final Responding responding;
  private final AskedQuestion question;
  private final PageWindow window;

  PagedAnswer(Responding responding, AskedQuestion question, PageWindow window) {
    this.responding = responding;
    this.question = question;
    this.window = window;
  }

  /**
   * As {@link #page(Object, String)}, without a cursor: if this responder is lost, so is the rest.
   */
  public void page(Object items) {
    page(items, "");
  }

  /**
   * Sends a page. Waits until the asker takes one more.
   *
   * @param items the page's body, for the client's {@link PayloadCodec}
   * @param cursor where the next page begins, in a form all responders of this type understand: at
   *     most 4,096 bytes. Who asks later with it goes on there, and so does another responder if
   *     this one is lost. Empty if there is no such place.
   * @throws CancellationException if nobody waits for pages any more: let it end the handler
   * @throws io.parley.protocol.ParleyException {@code MESSAGE_TOO_LARGE}
   * @throws IllegalArgumentException if the cursor is too long
   */
  public void page(Object items, String cursor) {
    int cursorBytes = cursor.getBytes(StandardCharsets.UTF_8).length;
    Numbers.require("bytes of cursor", cursorBytes, 0, WireLimits.CURSOR_MAX_BYTES);
    Payload body = responding.encoded(items);
    try {
      if (!window.takeOne(question.timeLeft())) {
        throw unwanted();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unwanted();
    }
    responding.send(question, new Request.AnswerPage(0, question.number(), cursor, body));
  }

  private CancellationException unwanted() {
    return new CancellationException(
        "nobody waits for further pages of " + question.type() + " " + question.id());
  }
}
