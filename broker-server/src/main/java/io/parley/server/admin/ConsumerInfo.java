package io.parley.server.admin;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A consumer as it is now.
 *
 * @param holder its service, instance and address
 * @param credit messages it can take now
 * @param held messages it has
 * @param reading whether it takes what is sent to it
 * @param leaseEnds when the first of its leases ends; null if it holds nothing
 */
public record ConsumerInfo(
    String holder, int credit, int held, boolean reading, @Nullable Instant leaseEnds) {}
