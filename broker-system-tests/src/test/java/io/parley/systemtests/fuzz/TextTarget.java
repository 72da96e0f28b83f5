package io.parley.systemtests.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.parley.client.BrokerUri;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.TypePattern;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Texts that people write: addresses, ids, patterns. The first letter says which. */
final class TextTarget implements FuzzTarget {
  @Override
  public List<byte[]> seeds() {
    List<byte[]> seeds = new ArrayList<>();
    for (String text :
        List.of(
            "uparley://user:pass%40word@h1,h2:7440/namespace",
            "uparley://127.0.0.1",
            "uparley://[::1]:7440/default",
            "i01933a80-7c00-7000-8000-0000000000a1",
            "pshop.*.CartCheckedOut shop.cart.CartCheckedOut",
            "pshop.> shop.cart.CartCheckedOut",
            "p*.cart.* shop.cart.Added")) {
      seeds.add(text.getBytes(UTF_8));
    }
    return seeds;
  }

  @Override
  public void run(byte[] input) {
    if (input.length == 0) {
      return;
    }
    String text = new String(input, 1, input.length - 1, UTF_8);
    switch (input[0]) {
      case 'u' -> uri(text);
      case 'i' -> id(text);
      default -> pattern(text);
    }
  }

  private static void uri(String text) {
    try {
      BrokerUri uri = BrokerUri.parse(text);
      if (uri.addresses().isEmpty() || uri.namespace().isEmpty()) {
        throw new AssertionError(uri.toString());
      }
    } catch (ParleyException e) {
      RecordTarget.requireExplained(e);
      if (e.code() != ErrorCode.INVALID_ARGUMENT) {
        throw new AssertionError(e);
      }
    }
  }

  private static void id(String text) {
    try {
      MessageId id = MessageId.parse(text);
      if (!MessageId.parse(id.toString()).equals(id)) {
        throw new AssertionError(text + " became " + id);
      }
    } catch (IllegalArgumentException e) {
      RecordTarget.requireExplained(e);
    }
  }

  private static void pattern(String text) {
    int space = text.indexOf(' ');
    String type = text.substring(space + 1);
    try {
      TypePattern pattern = new TypePattern(space < 0 ? text : text.substring(0, space));
      String regex =
          Pattern.quote(pattern.text()).replace("*", "\\E[^.]+\\Q").replace(">", "\\E(?s:.+)\\Q");
      if (pattern.matches(type) != Pattern.matches(regex, type)) {
        throw new AssertionError(
            pattern.text() + " matches '" + type + "': " + pattern.matches(type));
      }
    } catch (IllegalArgumentException e) {
      RecordTarget.requireExplained(e);
    }
  }
}
