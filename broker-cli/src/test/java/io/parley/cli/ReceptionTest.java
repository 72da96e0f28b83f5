package io.parley.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.cli.console.ExitCode;
import io.parley.cli.console.Format;
import io.parley.cli.console.Output;
import io.parley.cli.console.Output.Terminal;
import io.parley.client.CommandCompletion;
import io.parley.client.CommandDelivery;
import io.parley.client.CommandResult;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.Payload;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReceptionTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final ReceiveOptions options = new ReceiveOptions();

  @Test
  void shouldPrintThenComplete() {
    options.count = 1;
    Reception reception = reception(new PrintStream(out, false, UTF_8), Format.TABLE);
    Received command = new Received(7, "{\"n\":1}");
    reception.arrived(command);

    assertThat(reception.run()).isEqualTo(ExitCode.OK);

    assertThat(command.result).isInstanceOf(CommandCompletion.class);
    assertThat(out.toString(UTF_8))
        .isEqualTo(
            """
            #7  a.B  00000000-0000-0000-0000-000000000007
                attempt 2, stored 1970-01-01 00:00:00, key k
                {"n":1}
            """);
    assertThat(err.toString(UTF_8)).isEqualTo("1 received.\n");
  }

  @Test
  void shouldWriteOneJsonObjectOnEachLine() {
    options.count = 2;
    Reception reception = reception(new PrintStream(out, false, UTF_8), Format.JSON);
    reception.arrived(new Received(7, "one\ntwo"));
    reception.arrived(new Received(8, "\uD800"));

    reception.run();

    assertThat(out.toString(UTF_8).lines())
        .hasSize(2)
        .first()
        .asString()
        .isEqualTo(
            "{\"sequence\":7,\"id\":\"00000000-0000-0000-0000-000000000007\",\"type\":\"a.B\","
                + "\"attempt\":2,\"epoch\":5,\"storedAt\":\"1970-01-01T00:00:00Z\",\"key\":\"k\","
                + "\"correlationId\":null,\"causationId\":null,\"contentType\":\"text/plain\","
                + "\"headers\":{},\"size\":7,\"body\":\"one\\ntwo\","
                + "\"bodyBase64\":\"b25lCnR3bw==\"}");
  }

  @Test
  void shouldGiveBackWhatItDidNotPrint() {
    options.count = 1;
    Reception reception = reception(new PrintStream(out, false, UTF_8), Format.TABLE);
    Received waiting = new Received(8, "b");
    reception.arrived(new Received(7, "a"));
    reception.arrived(waiting);

    reception.run();
    assertThat(waiting.result).isSameAs(CommandResult.release());

    Received late = new Received(9, "c");
    reception.arrived(late);
    assertThat(late.result).isSameAs(CommandResult.release());
  }

  @Test
  void shouldHoldUntilTheEndWhatIsToBeReleased() {
    options.count = 2;
    options.ack = ReceiveOptions.Ack.RELEASE;
    Reception reception = reception(new PrintStream(out, false, UTF_8), Format.TABLE);
    Received first = new Received(7, "a");
    Received second =
        new Received(8, "b") {
          @Override
          public Payload payload() {
            assertThat(first.result).as("the first, while the second is printed").isNull();
            return super.payload();
          }
        };
    reception.arrived(first);
    reception.arrived(second);

    assertThat(reception.run()).isEqualTo(ExitCode.OK);

    assertThat(first.result).isSameAs(CommandResult.release());
    assertThat(second.result).isSameAs(CommandResult.release());
  }

  @Test
  void shouldTellThatLessCameThanAskedFor() {
    options.count = 2;
    options.timeout = Duration.ofMillis(20);
    Reception reception = reception(new PrintStream(out, false, UTF_8), Format.TABLE);
    reception.arrived(new Received(7, "a"));

    assertThat(reception.run()).isEqualTo(ExitCode.TEMPORARY);
  }

  @Test
  void shouldEndWellWhenNothingMoreComes() {
    options.timeout = Duration.ofMillis(20);

    assertThat(reception(new PrintStream(out, false, UTF_8), Format.TABLE).run())
        .isEqualTo(ExitCode.OK);
  }

  @Test
  void shouldGiveBackWhatNobodyRead() {
    OutputStream closed =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("Broken pipe");
          }
        };
    Reception reception = reception(new PrintStream(closed), Format.TABLE);
    Received command = new Received(7, "a");
    reception.arrived(command);

    assertThat(reception.run()).isEqualTo(ExitCode.OK);
    assertThat(command.result).isSameAs(CommandResult.release());
  }

  @Test
  void shouldEndWhenInterrupted() {
    Reception reception = reception(new PrintStream(out, false, UTF_8), Format.TABLE);
    Thread.currentThread().interrupt();

    assertThat(reception.run()).isEqualTo(ExitCode.OK);
    assertThat(err.toString(UTF_8)).isEqualTo("0 received.\n");
  }

  private Reception reception(PrintStream stdout, Format format) {
    Output output =
        new Output(
            stdout,
            new PrintStream(err, false, UTF_8),
            new ByteArrayInputStream(new byte[0]),
            Terminal.NONE);
    output.use(format, false);
    return new Reception(options, output);
  }

  /** A command in hand, which keeps what became of it. */
  private static class Received implements CommandDelivery {
    private final long sequence;
    private final String body;
    private @Nullable CommandResult result;

    Received(long sequence, String body) {
      this.sequence = sequence;
      this.body = body;
    }

    @Override
    public void settle(CommandResult settled) {
      assertThat(result).as("settled once").isNull();
      result = settled;
    }

    @Override
    public CompletableFuture<Void> settleAsync(CommandResult settled) {
      settle(settled);
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<Void> extend(Duration lease) {
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public MessageId id() {
      return new MessageId(0, sequence);
    }

    @Override
    public String type() {
      return "a.B";
    }

    @Override
    public String key() {
      return "k";
    }

    @Override
    public @Nullable MessageId correlationId() {
      return null;
    }

    @Override
    public @Nullable MessageId causationId() {
      return null;
    }

    @Override
    public MessageId conversationId() {
      return id();
    }

    @Override
    public String contentType() {
      return "text/plain";
    }

    @Override
    public Map<String, String> headers() {
      return Map.of();
    }

    @Override
    public Payload payload() {
      return new Payload(contentType(), body.getBytes(UTF_8));
    }

    @Override
    public <T> T body(Class<T> type) {
      return type.cast(payload());
    }

    @Override
    public int size() {
      return 100;
    }

    @Override
    public long sequence() {
      return sequence;
    }

    @Override
    public long epoch() {
      return 5;
    }

    @Override
    public int attempt() {
      return 2;
    }

    @Override
    public Instant storedAt() {
      return Instant.EPOCH;
    }

    @Override
    public boolean isLeaseLost() {
      return false;
    }
  }
}
