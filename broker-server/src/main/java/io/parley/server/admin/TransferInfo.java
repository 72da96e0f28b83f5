package io.parley.server.admin;

/**
 * What the transfer of a type came to.
 *
 * @param type the type's name
 * @param owner the service that owns it now
 * @param queue its queue
 * @param moved commands that moved at once
 * @param moving whether more follow: many wait, or some are leased by the old owner's consumers
 */
public record TransferInfo(String type, String owner, String queue, long moved, boolean moving) {}
