package io.parley.compare.artemis;

import io.parley.compare.Failures;
import io.parley.compare.Jars;
import io.parley.compare.Names;
import io.parley.compare.result.RunResult;
import io.parley.load.broker.Confirms;
import io.parley.load.broker.Handler;
import io.parley.load.broker.Kind;
import io.parley.load.broker.Receiver;
import io.parley.load.broker.Sender;
import io.parley.load.broker.Target;
import io.parley.load.broker.Traffic;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.ActiveMQQueueExistsException;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ActiveMQClient;
import org.apache.activemq.artemis.api.core.client.ClientConsumer;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientProducer;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.client.ClientSessionFactory;
import org.apache.activemq.artemis.api.core.client.SendAcknowledgementHandler;
import org.apache.activemq.artemis.api.core.client.ServerLocator;
import org.jspecify.annotations.Nullable;

/**
 * Artemis by its core client: durable messages, sent without blocking, each confirmed once the
 * journal has synced it. A topic is a multicast address with a durable queue for each subscription;
 * an ordering key is a message group.
 *
 * <p>The manual's advice on performance, where it applies: <a
 * href="https://activemq.apache.org/components/artemis/documentation/latest/perf-tuning.html">
 * asynchronous send acknowledgements, no blocking acknowledge, acknowledgements in batches</a>.
 */
final class ArtemisTarget implements Target {
  private static final int PORT = 21616;

  // Room for what is on its way, so that the window of the load is the limit and not one of these.
  private static final int CONFIRMATION_WINDOW_BYTES = 10 << 20;
  private static final int PRODUCER_WINDOW_BYTES = 4 << 20;
  private static final int CONSUMER_WINDOW_BYTES = 1 << 20;

  /** Acknowledgements go out when so many bytes of messages are acknowledged. */
  private static final int ACK_BATCH_BYTES = 64 << 10;

  private final String journal;
  private final ServerLocator locator;

  ArtemisTarget(String journal) throws Exception {
    this.journal = journal;
    locator =
        ActiveMQClient.createServerLocator("tcp://127.0.0.1:" + PORT)
            .setBlockOnDurableSend(false)
            .setBlockOnAcknowledge(false)
            .setConfirmationWindowSize(CONFIRMATION_WINDOW_BYTES)
            .setProducerWindowSize(PRODUCER_WINDOW_BYTES)
            .setConsumerWindowSize(CONSUMER_WINDOW_BYTES);
  }

  @Override
  public Map<String, String> description() {
    Map<String, String> description = new LinkedHashMap<>();
    description.put("product", "Artemis");
    description.put("client", Jars.nameOf(ClientSession.class));
    description.put("journal", journal + ", journal-datasync");
    description.put("confirmed", "after the journal's sync");
    description.put(RunResult.SYNCED, "yes");
    return description;
  }

  @Override
  public boolean supports(Traffic traffic) {
    return traffic.kind() != Kind.QUERIES;
  }

  @Override
  public void declare(Traffic traffic) throws Exception {
    boolean events = traffic.kind() == Kind.EVENTS;
    try (ClientSessionFactory factory = locator.createSessionFactory();
        ClientSession session = factory.createSession()) {
      for (String name : Names.destinations(traffic)) {
        declare(
            session,
            QueueConfiguration.of(name)
                .setAddress(events ? Names.TOPIC : name)
                .setRoutingType(events ? RoutingType.MULTICAST : RoutingType.ANYCAST)
                .setDurable(true)
                .setAutoDelete(false));
      }
    }
  }

  private static void declare(ClientSession session, QueueConfiguration queue)
      throws ActiveMQException {
    try {
      session.createQueue(queue);
    } catch (ActiveMQQueueExistsException e) {
      // it is used as it is
    }
  }

  @Override
  public Sender sender(Traffic traffic, int producer, Confirms confirms) throws Exception {
    ClientSessionFactory factory = locator.createSessionFactory();
    ClientSession session = factory.createSession(true, true);
    List<ClientProducer> producers = new ArrayList<>();
    for (String address : Names.addresses(traffic)) {
      producers.add(session.createProducer(address));
    }
    return new Sender() {
      @Override
      public void send(long number, int destination, @Nullable String key, byte[] body)
          throws ActiveMQException {
        ClientMessage message = session.createMessage(true);
        if (key != null) {
          message.putStringProperty(Message.HDR_GROUP_ID, SimpleString.of(key));
        }
        message.getBodyBuffer().writeBytes(body);
        producers.get(destination).send(message, confirm(confirms, number));
      }

      @Override
      public void close() {
        closeQuietly(session);
        factory.close();
      }
    };
  }

  private static SendAcknowledgementHandler confirm(Confirms confirms, long number) {
    return new SendAcknowledgementHandler() {
      @Override
      public void sendAcknowledged(Message message) {
        confirms.confirmed(number);
      }

      @Override
      public void sendFailed(Message message, Exception e) {
        confirms.failed(number, Failures.codeOf(e));
      }
    };
  }

  @Override
  public Receiver receiver(Traffic traffic, int consumer, int destination, Handler handler)
      throws Exception {
    ClientSessionFactory factory = locator.createSessionFactory();
    ClientSession session =
        factory.createSession(
            null, null, false, true, true, false, traffic.isLatencyBound() ? 0 : ACK_BATCH_BYTES);
    ClientConsumer client = session.createConsumer(Names.destination(traffic, destination));
    client.setMessageHandler(
        message -> {
          byte[] body = new byte[message.getBodySize()];
          message.getBodyBuffer().readBytes(body);
          handler.arrived(body, message.getDeliveryCount() > 1);
          try {
            message.acknowledge();
          } catch (ActiveMQException e) {
            throw new IllegalStateException("not acknowledged", e);
          }
        });
    session.start();
    return () -> {
      closeQuietly(client);
      closeQuietly(session);
      factory.close();
    };
  }

  @Override
  public void close() {
    locator.close();
  }

  private static void closeQuietly(AutoCloseable closeable) {
    try {
      closeable.close();
    } catch (Exception e) {
      System.err.println("artemis: close: " + e);
    }
  }
}
