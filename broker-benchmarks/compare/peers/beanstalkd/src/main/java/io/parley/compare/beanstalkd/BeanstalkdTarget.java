package io.parley.compare.beanstalkd;

import io.parley.compare.Names;
import io.parley.compare.PollingReceiver;
import io.parley.compare.result.RunResult;
import io.parley.load.broker.Confirms;
import io.parley.load.broker.Handler;
import io.parley.load.broker.Kind;
import io.parley.load.broker.Receiver;
import io.parley.load.broker.Sender;
import io.parley.load.broker.Target;
import io.parley.load.broker.Traffic;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * beanstalkd by a client of ours that pipelines, which the common ones don't: a queue is a tube. It
 * has no topics: an event is put into each subscription's tube, and confirmed when it is in all.
 */
final class BeanstalkdTarget implements Target {
  /** The largest job it takes by default (its option -z). */
  private static final int JOB_BYTES_MAX = 65_535;

  @Override
  public Map<String, String> description() {
    Map<String, String> description = new LinkedHashMap<>();
    description.put("product", "beanstalkd");
    description.put("client", "of our own, pipelining");
    description.put("confirmed", "after fsync (-f0)");
    description.put(RunResult.SYNCED, "yes");
    return description;
  }

  @Override
  public boolean supports(Traffic traffic) {
    return Target.super.supports(traffic) && traffic.sizeBytes() <= JOB_BYTES_MAX;
  }

  /** Nothing to do: tubes come with the first job. */
  @Override
  public void declare(Traffic traffic) {}

  @Override
  public Sender sender(Traffic traffic, int producer, Confirms confirms) throws IOException {
    return new TubeSender(
        new Connection(), Names.destinations(traffic), traffic.kind() == Kind.EVENTS, confirms);
  }

  @Override
  public Receiver receiver(Traffic traffic, int consumer, int destination, Handler handler)
      throws IOException {
    String tube = Names.destination(traffic, destination);
    return new TubeReceiver(new Connection(), tube, handler).start();
  }

  @Override
  public void close() {}

  /** Puts jobs; a thread of its own reads the answers, which come in order. */
  private static final class TubeSender implements Sender {
    /** Messages written to the socket at once, while more are coming. */
    private static final int PIPELINE = 50;

    private final Connection connection;
    private final List<String> tubes;
    private final boolean toAll;
    private final Receiver answers;
    private @Nullable String used;
    private int unflushed;

    TubeSender(Connection connection, List<String> tubes, boolean toAll, Confirms confirms) {
      this.connection = connection;
      this.tubes = tubes;
      this.toAll = toAll;
      this.answers = new PutAnswers(connection, toAll ? tubes.size() : 1, confirms).start();
    }

    @Override
    public void send(long number, int destination, @Nullable String key, byte[] body)
        throws IOException {
      if (toAll) {
        for (String tube : tubes) {
          put(tube, body);
        }
      } else {
        put(tubes.get(destination), body);
      }
      if (++unflushed >= PIPELINE) {
        flush();
      }
    }

    private void put(String tube, byte[] body) throws IOException {
      if (!tube.equals(used)) {
        connection.write("use " + tube);
        used = tube;
      }
      connection.write("put 0 0 600 " + body.length);
      connection.writeBody(body);
    }

    @Override
    public void flush() throws IOException {
      unflushed = 0;
      connection.flush();
    }

    @Override
    public void close() {
      answers.close();
    }
  }

  private static final class PutAnswers extends PollingReceiver {
    private final Connection connection;
    private final int puts;
    private final Confirms confirms;

    /**
     * Answers.
     *
     * @param puts of each message
     */
    PutAnswers(Connection connection, int puts, Confirms confirms) {
      super("beanstalkd-confirms");
      this.connection = connection;
      this.puts = puts;
      this.confirms = confirms;
    }

    @Override
    protected void receive() throws IOException {
      for (long number = 0; !isClosed(); number++) {
        String refusal = null;
        for (int i = 0; i < puts; i++) {
          String answer = nextOfPut();
          refusal = answer.startsWith("INSERTED") ? refusal : answer;
        }
        if (refusal == null) {
          confirms.confirmed(number);
        } else {
          confirms.failed(number, refusal);
        }
      }
    }

    private String nextOfPut() throws IOException {
      String answer = connection.read();
      return answer.startsWith("USING") ? connection.read() : answer;
    }

    @Override
    protected void interruptFetch() {
      connection.close();
    }
  }

  /** Reserves jobs and deletes each when it is handled. */
  private static final class TubeReceiver extends PollingReceiver {
    /**
     * Asked for and not answered yet. With one, a job waits for the sync of the delete before it:
     * p50 of commands-sync, end to end, was 1.4 s instead of 6 ms.
     */
    private static final int RESERVES = 50;

    /** Deletes written to the socket at once, while more jobs are coming. */
    private static final int PIPELINE = 16;

    private final Connection connection;
    private final String tube;
    private final Handler handler;

    TubeReceiver(Connection connection, String tube, Handler handler) {
      super("beanstalkd-" + tube);
      this.connection = connection;
      this.tube = tube;
      this.handler = handler;
    }

    @Override
    protected void receive() throws IOException {
      connection.write("watch " + tube);
      for (int i = 0; i < RESERVES; i++) {
        connection.write("reserve");
      }
      connection.flush();
      int unflushed = 0;
      while (!isClosed()) {
        if (unflushed >= PIPELINE || (unflushed > 0 && !connection.hasInput())) {
          connection.flush();
          unflushed = 0;
        }
        if (!connection.awaitInput()) {
          continue;
        }
        String answer = connection.read();
        if (answer.startsWith("RESERVED")) {
          String[] words = answer.split(" ", -1); // RESERVED id bytes
          handler.arrived(connection.readBody(Integer.parseInt(words[2])), false);
          connection.write("delete " + words[1]);
          connection.write("reserve");
          unflushed++;
        } else if (!answer.equals("DELETED") && !answer.startsWith("WATCHING")) {
          throw new IOException("answer: " + answer + " (expected: RESERVED or DELETED)");
        }
      }
      connection.end(); // what was reserved and isn't deleted goes back to the tube
    }
  }
}
