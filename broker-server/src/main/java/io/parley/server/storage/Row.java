package io.parley.server.storage;

import org.jspecify.annotations.Nullable;

/**
 * What last became of a key.
 *
 * @param value null if it was removed; must not be changed
 * @param isNew whether the tables have no row of that key, so that to remove it leaves nothing to
 *     be told to them
 * @param record number of the journal's record with this change
 */
record Row(byte @Nullable [] value, boolean isNew, long record) {

  /**
   * What both make of a key, this one after another that the tables haven't seen.
   *
   * @return null if that is as if neither had been
   */
  @Nullable Row after(Row before) {
    if (before.isNew && value == null) {
      return null;
    }
    return before.isNew == isNew ? this : new Row(value, before.isNew, record);
  }
}
