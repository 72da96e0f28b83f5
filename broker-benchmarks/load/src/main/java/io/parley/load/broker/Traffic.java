package io.parley.load.broker;

/**
 * Messages of one kind that a run sends: what a target makes its queues or subscriptions for, and
 * may tune its client by.
 *
 * @param producers connections that send, publish or ask
 * @param window most unconfirmed or unanswered messages of each producer
 * @param perSecond messages a second of all producers together, whatever happens (open loop); 0 for
 *     as many as the window allows (closed loop)
 * @param sizeBytes body of each message
 * @param consumers who handles: of all queues, of each subscription, or responders
 * @param connections that the consumers of commands share; as many as those if each has its own
 * @param credit most messages a consumer holds, or a responder answers at once
 * @param queues commands are spread over so many; 1 for other kinds
 * @param subscriptions each with an inbox of its own and a copy of every event; 0 for other kinds
 * @param keys messages take turns with so many ordering keys; 0 for messages without one
 * @param answerBytes body of each answer; 0 for other kinds than queries
 */
public record Traffic(
    Kind kind,
    int producers,
    int window,
    double perSecond,
    int sizeBytes,
    int consumers,
    int connections,
    int credit,
    int queues,
    int subscriptions,
    int keys,
    int answerBytes) {

  /** How many queues or inboxes there are to receive from; 1 for queries. */
  public int destinations() {
    return kind == Kind.EVENTS ? subscriptions : queues;
  }

  /** Whether producers send at a fixed rate, whatever happens. */
  public boolean isPaced() {
    return perSecond > 0;
  }

  /**
   * Whether each message should go out at once, because the load leaves the broker idle between
   * them; else a client may collect some first.
   */
  public boolean isLatencyBound() {
    return isPaced() || window == 1;
  }
}
