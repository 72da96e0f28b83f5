package io.parley.protocol;

/** The protocol's own limits; a broker's configuration can only narrow them. */
public final class WireLimits {
  /** Longest name of a type, queue, subscription, service or namespace, in characters. */
  public static final int NAME_MAX_CHARS = 200;

  /** Longest ordering key, in UTF-8 bytes. */
  public static final int KEY_MAX_BYTES = 200;

  /** Longest media type, in UTF-8 bytes. */
  public static final int CONTENT_TYPE_MAX_BYTES = 200;

  /** Most headers of one message. */
  public static final int HEADERS_MAX = 64;

  /** Longest header name, in UTF-8 bytes. */
  public static final int HEADER_NAME_MAX_BYTES = 200;

  /** Longest header value, in UTF-8 bytes. */
  public static final int HEADER_VALUE_MAX_BYTES = 4_096;

  /** Largest frame before the client is authenticated, counted after the length field. */
  public static final int UNAUTHENTICATED_FRAME_MAX_BYTES = 8 * 1024;

  /** Default largest message: the whole record, in bytes. */
  public static final int MESSAGE_DEFAULT_MAX_BYTES = 1024 * 1024;

  /** The largest message that can be configured. */
  public static final int MESSAGE_HARD_MAX_BYTES = 16 * 1024 * 1024;

  /**
   * What a frame may hold beside one largest message. Large enough that the answer to any frame
   * within the limits fits: 16,384 refused settlements of 16 bytes and their texts.
   */
  public static final int FRAME_OVERHEAD_BYTES = 512 * 1024;

  /** The largest frame any configuration can lead to, counted after the length field. */
  public static final int FRAME_HARD_MAX_BYTES = MESSAGE_HARD_MAX_BYTES + FRAME_OVERHEAD_BYTES;

  /** Most messages of one batch frame, and most that one settle frame can settle. */
  public static final int BATCH_MAX_MESSAGES = 16_384;

  /** Most types in one registration. */
  public static final int TYPES_MAX = 1_000;

  /** Most credit a consumer may hold, in messages. */
  public static final int CREDIT_MAX = 65_536;

  /** Most pages of one answer that an asker may have granted and not received. */
  public static final int PAGE_CREDIT_MAX = 1_024;

  /** Longest cursor of a page, in UTF-8 bytes. */
  public static final int CURSOR_MAX_BYTES = 4_096;

  /** Longest text of an error, reason or failure, in UTF-8 bytes; longer ones are cut. */
  public static final int TEXT_MAX_BYTES = 4_096;

  /** Longest text that fits a one-byte length: a client library, an error class; longer are cut. */
  public static final int SHORT_TEXT_MAX_BYTES = 255;

  /**
   * All texts of the refusals in one frame, in UTF-8 bytes; what is over is cut, so that the answer
   * to a refused batch fits a frame.
   */
  public static final int REFUSAL_TEXTS_MAX_BYTES = 32 * 1024;

  private WireLimits() {}
}
