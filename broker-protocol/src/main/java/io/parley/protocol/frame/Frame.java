package io.parley.protocol.frame;

/**
 * One frame, either way. On the wire:
 *
 * <pre>
 *   u32  length        bytes after this field: 5 or more
 *   u8   type          a {@link FrameType} code
 *   u32  correlation   chosen by the asking side, repeated in the answer; 0 where nothing answers
 *   the fields of the frame's record, in the order its components stand
 * </pre>
 *
 * <p>Numbers are big-endian. In the records' comments {@code str8} is a byte count in one byte and
 * UTF-8, {@code str16} the same with two bytes, {@code bytes32} with four; {@code list16} is a
 * count in two bytes and the elements.
 */
public sealed interface Frame permits Request, Response, Push {
  /** Which frame this is. */
  FrameType type();

  /** What ties an answer to its request; 0 where there is none. */
  int correlation();
}
