package io.parley.testkit;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * JUnit 5: gives test methods and constructors an {@link EmbeddedBroker}, one for each test class,
 * stopped after its last test.
 *
 * <pre>
 *   &#64;ExtendWith(ParleyExtension.class)
 *   class CartTest {
 *     &#64;Test
 *     void shouldCheckOutCart(EmbeddedBroker broker) { … }
 *   }
 * </pre>
 */
public final class ParleyExtension implements ParameterResolver {
  private static final Namespace NAMESPACE = Namespace.create(ParleyExtension.class);

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == EmbeddedBroker.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    ExtensionContext testClass =
        context.getTestMethod().isPresent() ? context.getParent().orElse(context) : context;
    return testClass
        .getStore(NAMESPACE)
        .getOrComputeIfAbsent(Held.class, key -> new Held(EmbeddedBroker.start()), Held.class)
        .broker();
  }

  /** Closed by JUnit with its store. */
  private record Held(EmbeddedBroker broker) implements Store.CloseableResource {
    @Override
    public void close() {
      broker.close();
    }
  }
}
