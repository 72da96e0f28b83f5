package io.parley.server.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.engine.EngineSettings;
import io.parley.engine.sequencer.SteadyTime;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.protocol.model.MessageId;
import io.parley.server.admin.ExplanationInfo;
import io.parley.server.namespace.Namespace;
import io.parley.server.namespace.Namespaces;
import io.parley.server.storage.DataDirectory;
import io.parley.server.storage.RocksDbStore;
import io.parley.server.storage.StorageSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Searches whose steps are done when a test says so. */
@Timeout(60)
class SearchesTest {
  @TempDir Path folder;

  private final BlockingQueue<Runnable> steps = new LinkedBlockingQueue<>();
  private final AtomicLong nanos = new AtomicLong();
  private DataDirectory directory;
  private Namespaces namespaces;
  private Namespace namespace;
  private Searches searches;

  @BeforeEach
  void open() {
    directory = DataDirectory.open(folder.resolve("data"));
    namespaces =
        new Namespaces(
            new Namespaces.Factory() {
              @Override
              public Namespace open(String name) {
                return Namespace.open(
                    name,
                    RocksDbStore.open(directory, name, StorageSettings.DEFAULTS),
                    EngineSettings.DEFAULTS,
                    1 << 20,
                    SteadyTime.ofSystem(),
                    null,
                    defect -> {});
              }

              @Override
              public void delete(String name) {
                throw new UnsupportedOperationException();
              }
            });
    namespaces.open(Set.of());
    namespace = namespaces.require("default");
    searches = new Searches(new OwnerThread(namespaces), steps::add, nanos::get);
  }

  @AfterEach
  void close() {
    namespaces.close();
    directory.close();
  }

  @Test
  void shouldTellHowFarASearchIsAndGoOnWithItWhenAskedAgain() throws Exception {
    ExplanationInfo first = explain(1).get();
    assertThat(first.status()).isEqualTo(ExplanationInfo.Status.SEARCHING);

    CompletableFuture<ExplanationInfo> second = explain(1);
    Runnable step = steps.poll(10, TimeUnit.SECONDS);
    assertThat(steps).as("one search for both").isEmpty();
    step.run();

    assertThat(second.get().status()).isEqualTo(ExplanationInfo.Status.UNKNOWN);
  }

  @Test
  void shouldRefuseMoreSearchesThanTheLimitSays() throws Exception {
    explainAsManyAsMayBe();

    assertThatThrownBy(() -> explain(Searches.SEARCHES_MAX + 1).get())
        .cause()
        .isInstanceOf(ParleyException.class)
        .hasMessageContaining("searches: 9 (expected: at most 8 at once)")
        .extracting(e -> ((ParleyException) e).code())
        .isEqualTo(ErrorCode.OVERLOADED);
  }

  @Test
  void shouldEndASearchThatNobodyAsksForAnyMore() throws Exception {
    explainAsManyAsMayBe();
    nanos.addAndGet(Searches.ABANDONED_AFTER.toNanos() + 1);
    for (int i = 1; i <= Searches.SEARCHES_MAX; i++) {
      steps.take().run();
    }

    assertThat(explain(Searches.SEARCHES_MAX + 1).get().status())
        .isEqualTo(ExplanationInfo.Status.SEARCHING);
  }

  private void explainAsManyAsMayBe() {
    List<CompletableFuture<ExplanationInfo>> all =
        IntStream.rangeClosed(1, Searches.SEARCHES_MAX).mapToObj(this::explain).toList();
    assertThat(all)
        .allSatisfy(
            found -> assertThat(found.get().status()).isEqualTo(ExplanationInfo.Status.SEARCHING));
  }

  private CompletableFuture<ExplanationInfo> explain(int id) {
    return searches.explain("default", new MessageId(0, id)).toCompletableFuture();
  }
}
