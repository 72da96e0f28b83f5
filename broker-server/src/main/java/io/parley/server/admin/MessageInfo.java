package io.parley.server.admin;

import io.parley.protocol.model.Message;
import java.time.Instant;

/**
 * A stored message as an operator sees it.
 *
 * @param sequence its place in the queue or inbox
 * @param state where it stands
 * @param attempts started handlings so far
 * @param storedAt when the broker stored it
 * @param message what the sender said
 */
public record MessageInfo(
    long sequence, MessageState state, int attempts, Instant storedAt, Message message) {}
