package io.parley.server.query;

import io.parley.protocol.frame.Frame;
import io.parley.protocol.frame.Push;
import io.parley.protocol.frame.Response;
import io.parley.server.session.ClientChannel;
import java.util.ArrayList;
import java.util.List;

/** Keeps what is sent. */
final class RecordingChannel implements ClientChannel {
  private final List<Frame> sent = new ArrayList<>();
  private boolean closed;
  private boolean full;

  @Override
  public void send(Frame frame) {
    if (!closed) {
      sent.add(frame);
    }
  }

  @Override
  public void close(Response.Failure why) {
    send(why);
    closed = true;
  }

  @Override
  public boolean isWritable() {
    return !full;
  }

  @Override
  public void resumeReading() {}

  @Override
  public void requestHeld(int bytes) {}

  @Override
  public void requestDone(int bytes) {}

  @Override
  public String remoteAddress() {
    return "127.0.0.1:1";
  }

  void full(boolean isFull) {
    full = isFull;
  }

  /** What was sent since this was last asked. */
  List<Frame> take() {
    List<Frame> taken = List.copyOf(sent);
    sent.clear();
    return taken;
  }

  /** The one frame sent since this was last asked. */
  Frame takeOne() {
    List<Frame> taken = take();
    if (taken.size() != 1) {
      throw new AssertionError("frames: " + taken + " (expected: one)");
    }
    return taken.get(0);
  }

  /** The numbers of the questions among what was sent since this was last asked. */
  List<Long> takeQuestions() {
    return take().stream()
        .filter(Push.Question.class::isInstance)
        .map(frame -> ((Push.Question) frame).question())
        .toList();
  }
}
