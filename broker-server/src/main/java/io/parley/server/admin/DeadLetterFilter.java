package io.parley.server.admin;

import io.parley.protocol.model.MessageId;
import org.jspecify.annotations.Nullable;

/**
 * Which dead letters of a queue or subscription are meant; null for all.
 *
 * @param id only that of this message
 * @param errorClass only those whose last failure has this class
 * @param type only messages of this type
 */
public record DeadLetterFilter(
    @Nullable MessageId id, @Nullable String errorClass, @Nullable String type) {
  /** All of them. */
  public static final DeadLetterFilter ALL = new DeadLetterFilter(null, null, null);
}
