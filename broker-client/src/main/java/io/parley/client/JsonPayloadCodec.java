package io.parley.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.protocol.model.Payload;
import java.io.IOException;

/**
 * Everything as JSON, text and bytes included, with an {@link ObjectMapper} of one's own. Needs
 * {@code jackson-databind} on the class path; nothing else in the client does.
 */
public final class JsonPayloadCodec implements PayloadCodec {
  private static final String JSON = "application/json";

  private final ObjectMapper mapper;

  /**
   * A codec that ignores unknown fields, so that senders may add some; it finds Jackson's modules
   * on the class path.
   */
  public JsonPayloadCodec() {
    this(
        new ObjectMapper()
            .findAndRegisterModules()
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES));
  }

  /** A codec that does as the mapper says. */
  public JsonPayloadCodec(ObjectMapper mapper) {
    this.mapper = mapper;
  }

  @Override
  public Payload encode(Object body) {
    try {
      return new Payload(JSON, mapper.writeValueAsBytes(body));
    } catch (JsonProcessingException e) {
      throw wrong("can't be written as JSON", body.getClass(), e);
    }
  }

  @Override
  public <T> T decode(Payload payload, Class<T> type) {
    try {
      T body = mapper.readValue(payload.bytes(), type);
      if (body == null) {
        throw new ParleyException(
            ErrorCode.INVALID_ARGUMENT,
            "payload: null (expected: JSON of a " + type.getName() + ")");
      }
      return body;
    } catch (IOException e) {
      throw wrong("can't be read from these " + payload.bytes().length + " bytes", type, e);
    }
  }

  private static ParleyException wrong(String what, Class<?> type, IOException cause) {
    String why =
        cause instanceof JsonProcessingException json
            ? json.getOriginalMessage()
            : cause.toString();
    ParleyException wrong =
        new ParleyException(
            ErrorCode.INVALID_ARGUMENT, "payload: " + type.getName() + " " + what + ": " + why);
    wrong.initCause(cause);
    return wrong;
  }
}
