package io.parley.server.network;

import io.parley.protocol.WireLimits;
import io.parley.protocol.frame.Frame;
import io.parley.protocol.frame.Push;
import io.parley.protocol.frame.Response;
import io.parley.protocol.model.Outcome;
import io.parley.protocol.model.Payload;
import java.util.List;

/**
 * About how many bytes a frame will take, never less than it does, from its lengths alone: asked by
 * whoever sends, mostly the one thread that owns the engine, which mustn't walk through texts.
 */
final class FrameWeight {
  private static final int FIXED_BYTES = 96;
  private static final int ELEMENT_BYTES = 32;
  private static final int UTF8_BYTES_PER_CHAR = 3;

  private FrameWeight() {}

  /** Bytes, {@value #FIXED_BYTES} or more. */
  static int of(Frame frame) {
    long weight =
        switch (frame.type()) {
          case DELIVER -> segments((Push.Deliver) frame);
          case QUESTION -> ((Push.Question) frame).query().length();
          case ANSWERED -> {
            Response.Answered answered = (Response.Answered) frame;
            yield text(answered.reason()) + payload(answered.body());
          }
          case PAGE -> {
            Response.Page page = (Response.Page) frame;
            yield text(page.cursor()) + payload(page.body());
          }
          case QUESTION_PAGES -> {
            Push.QuestionPages question = (Push.QuestionPages) frame;
            yield text(question.from()) + question.query().length();
          }
          case OUTCOME -> outcome(((Response.OutcomeIs) frame).outcome());
          case CONFIRM -> refusals((Response.Confirm) frame);
          case SETTLED -> refusals((Response.Settled) frame);
          case ERROR -> text(((Response.Failure) frame).message());
          default -> 0;
        };
    return (int) Math.min(Integer.MAX_VALUE, FIXED_BYTES + weight);
  }

  private static long segments(Push.Deliver deliver) {
    long weight = 0;
    List<Push.Segment> segments = deliver.segments();
    for (int i = 0; i < segments.size(); i++) {
      weight += ELEMENT_BYTES + segments.get(i).batch().length();
    }
    return weight;
  }

  private static long outcome(Outcome outcome) {
    return text(outcome.code()) + text(outcome.reason()) + payload(outcome.result());
  }

  private static long refusals(Response.Confirm confirm) {
    long weight = 0;
    List<Response.Refusal> refusals = confirm.refusals();
    for (int i = 0; i < refusals.size(); i++) {
      weight += ELEMENT_BYTES + text(refusals.get(i).message());
    }
    return weight;
  }

  private static long refusals(Response.Settled settled) {
    long weight = 0;
    List<Response.SettleRefusal> refusals = settled.refusals();
    for (int i = 0; i < refusals.size(); i++) {
      weight += ELEMENT_BYTES + text(refusals.get(i).message());
    }
    return weight;
  }

  private static long payload(Payload payload) {
    String contentType = payload.contentType();
    return payload.bytes().length + (contentType == null ? 0 : text(contentType));
  }

  /** Longer texts are cut when they are written. */
  private static long text(String text) {
    return Math.min((long) text.length() * UTF8_BYTES_PER_CHAR, WireLimits.TEXT_MAX_BYTES);
  }
}
