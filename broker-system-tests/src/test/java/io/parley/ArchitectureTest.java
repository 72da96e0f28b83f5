package io.parley;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleNameEndingWith;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.Set;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/**
 * Keeps the arrows of docs/architecture.md. Modules keep the coarse ones by themselves; these are
 * the ones the compiler does not see. A rule may be about a package that has no classes yet.
 */
class ArchitectureTest {
  private static final String ROOT = "io.parley";
  private static final String PROTOCOL = "io.parley.protocol";
  private static final String CLIENT = "io.parley.client";
  private static final String CLIENT_JDBC = "io.parley.client.jdbc";
  private static final String CLIENT_MICROMETER = "io.parley.client.micrometer";
  private static final String ENGINE = "io.parley.engine";
  private static final String SERVER = "io.parley.server";
  private static final String CLI = "io.parley.cli";
  private static final String TESTKIT = "io.parley.testkit";
  private static final String JMH = "io.parley.jmh";
  private static final String LOAD = "io.parley.load";

  private static final JavaClasses PARLEY =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(ROOT);

  @Test
  void shouldSeeEveryPart() {
    for (String part : Set.of(PROTOCOL, CLIENT, CLIENT_JDBC, ENGINE, SERVER, LOAD, CLI, TESTKIT)) {
      assertThat(PARLEY.containPackage(part)).as("classes of %s", part).isTrue();
    }
  }

  /**
   * Rule 1. Every package is its own slice, so a parent and its child cannot lean on each other.
   */
  @Test
  void shouldHaveNoPackageCycles() {
    check(slices().assignedFrom(EACH_PACKAGE).should().beFreeOfCycles());
  }

  /** Rule 2. What makes the engine testable, replayable and replicable is how little it knows. */
  @Test
  void shouldKeepTheEngineToTheJdkAndTheModel() {
    check(
        classes()
            .that()
            .resideInAPackage(in(ENGINE))
            .should()
            .onlyDependOnClassesThat(
                resideInAnyPackage(
                        "java..",
                        "org.jspecify..",
                        "com.google.errorprone.annotations..",
                        in(ENGINE),
                        in(PROTOCOL + ".model"))
                    .or(named(PROTOCOL + ".ErrorCode"))
                    .or(named(PROTOCOL + ".ParleyException"))));
  }

  /** Rule 3. Time and ids arrive inside the command; one thread owns the state. */
  @Test
  void shouldKeepThreadsAndLocksOutOfTheRules() {
    check(
        noClasses()
            .that(areEngineRules())
            .should()
            .dependOnClassesThat(
                resideInAnyPackage("java.util.concurrent.locks..", "java.util.concurrent.atomic..")
                    .or(named("java.lang.Thread"))
                    .or(named("java.lang.ThreadLocal"))
                    .or(named("java.util.Timer"))
                    .or(named("java.util.concurrent.ForkJoinPool"))
                    .or(named("java.util.concurrent.ThreadFactory"))
                    .or(anyExecutor())));
    check(
        methods()
            .that()
            .areDeclaredInClassesThat(areEngineRules())
            .should()
            .notHaveModifier(JavaModifier.SYNCHRONIZED));
  }

  @Test
  void shouldKeepClocksAndRandomnessOutOfTheRules() {
    check(
        noClasses()
            .that(areEngineRules())
            .should()
            .dependOnClassesThat(
                named("java.time.Clock")
                    .or(named("java.time.InstantSource"))
                    .or(named("java.util.Random"))
                    .or(named("java.util.SplittableRandom"))
                    .or(named("java.util.concurrent.ThreadLocalRandom"))
                    .or(named("java.security.SecureRandom"))
                    .or(resideInAPackage("java.util.random.."))));
    check(
        noClasses()
            .that(areEngineRules())
            .should()
            .accessTargetWhere(
                describe(
                    "a clock or a source of randomness",
                    access ->
                        (access.getTargetOwner().getPackageName().startsWith("java.time")
                                && access.getName().equals("now"))
                            || calls(access, "java.lang.System", "currentTimeMillis")
                            || calls(access, "java.lang.System", "nanoTime")
                            || calls(access, "java.lang.Math", "random")
                            || calls(access, "java.util.UUID", "randomUUID"))));
  }

  /** Rules 4 and 5. A library lives where its part is, so it can be replaced there. */
  @Test
  void shouldKeepNettyAtTheEdges() {
    checkLibrary(
        "io.netty..",
        in(PROTOCOL + ".codec"),
        in(CLIENT),
        in(SERVER + ".network"),
        in(SERVER + ".http"),
        in(JMH));
  }

  @Test
  void shouldKeepRocksDbInStorage() {
    checkLibrary("org.rocksdb..", in(SERVER + ".storage"));
  }

  @Test
  void shouldKeepMicrometerInTelemetryAndHttp() {
    checkLibrary(
        "io.micrometer..", in(SERVER + ".telemetry"), in(SERVER + ".http"), in(CLIENT_MICROMETER));
  }

  @Test
  void shouldKeepDatabasesInTheClientsOutboxAndInbox() {
    checkLibrary("java.sql..", in(CLIENT_JDBC));
    checkLibrary("javax.sql..", in(CLIENT_JDBC));
  }

  /** What comes beside the client uses it as everybody does, and the client doesn't know of it. */
  @Test
  void shouldKeepTheClientsCompanionsThin() {
    for (String companion : Set.of(CLIENT_JDBC, CLIENT_MICROMETER)) {
      check(
          classes()
              .that()
              .resideInAPackage(in(companion))
              .should()
              .onlyDependOnClassesThat(
                  resideInAnyPackage(
                          "java..",
                          "javax.sql..",
                          "io.micrometer..",
                          "org.jspecify..",
                          CLIENT,
                          in(companion),
                          PROTOCOL + ".model")
                      .or(named(PROTOCOL + ".ErrorCode"))
                      .or(named(PROTOCOL + ".ParleyException"))));
      check(
          noClasses()
              .that()
              .resideOutsideOfPackage(in(companion))
              .should()
              .dependOnClassesThat(resideInAPackage(in(companion))));
    }
  }

  @Test
  void shouldKeepPicocliInTheCli() {
    checkLibrary("picocli..", in(CLI));
  }

  /** Rule 6. An edge is a leaf, so a second edge is just another leaf. */
  @Test
  void shouldLetOnlyTheWiringKnowAnEdge() {
    for (String edge : Set.of(SERVER + ".network", SERVER + ".http")) {
      check(
          noClasses()
              .that(not(resideInAnyPackage(in(edge), in(SERVER + ".config"))))
              .and(not(named(SERVER + ".Broker")))
              .should()
              .dependOnClassesThat(
                  resideInAPackage(in(edge))
                      .and(not(simpleNameEndingWith("Settings"))))); // how one is asked for
    }
  }

  /** Rule 7. Settings records live with the part they configure; one class composes them. */
  @Test
  void shouldLetNoPartReadTheWholeConfiguration() {
    check(
        noClasses()
            .that(not(resideInAnyPackage(in(SERVER + ".config"), in(CLI), in(TESTKIT), in(JMH))))
            .and(not(named(SERVER + ".Broker")))
            .should()
            .dependOnClassesThat(named(SERVER + ".config.BrokerConfig")));
  }

  /** Rule 8. Load goes through the client, as everybody's does; other brokers need no Parley. */
  @Test
  void shouldLetLoadKnowTheClientAlone() {
    check(
        noClasses()
            .that()
            .resideInAPackage(in(LOAD))
            .should()
            .dependOnClassesThat(
                resideInAPackage(in(ROOT))
                    .and(not(resideInAnyPackage(in(LOAD), in(CLIENT), in(PROTOCOL))))));
    check(
        noClasses()
            .that(resideInAPackage(in(LOAD)).and(not(resideInAPackage(in(LOAD + ".parley")))))
            .should()
            .dependOnClassesThat(resideInAPackage(in(CLIENT))));
  }

  /**
   * Rule 9. Its Javadoc says what the package owns, which thread runs it, what it must not know.
   */
  @Test
  void shouldMarkEveryPackageAsNullMarked() {
    check(classes().should(RESIDE_IN_A_NULL_MARKED_PACKAGE));
  }

  private static void check(ArchRule rule) {
    rule.allowEmptyShould(true).check(PARLEY);
  }

  private static void checkLibrary(String library, String... homes) {
    check(
        noClasses()
            .that(not(resideInAnyPackage(homes)))
            .should()
            .dependOnClassesThat(resideInAPackage(library)));
  }

  private static String in(String packageName) {
    return packageName + "..";
  }

  private static DescribedPredicate<JavaClass> areEngineRules() {
    return resideInAPackage(in(ENGINE)).and(not(resideInAPackage(in(ENGINE + ".sequencer"))));
  }

  private static DescribedPredicate<JavaClass> anyExecutor() {
    return describe(
        "an executor",
        type ->
            type.getPackageName().equals("java.util.concurrent")
                && type.getSimpleName().contains("Executor"));
  }

  /** The class of that name and everything nested in it. */
  private static DescribedPredicate<JavaClass> named(String className) {
    return describe(
        className,
        type -> type.getName().equals(className) || type.getName().startsWith(className + "$"));
  }

  private static boolean calls(JavaAccess<?> access, String owner, String method) {
    return access.getTargetOwner().getName().equals(owner) && access.getName().equals(method);
  }

  private static final SliceAssignment EACH_PACKAGE =
      new SliceAssignment() {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
          return SliceIdentifier.of(type.getPackageName());
        }

        @Override
        public String getDescription() {
          return "each package";
        }
      };

  private static final ArchCondition<JavaClass> RESIDE_IN_A_NULL_MARKED_PACKAGE =
      new ArchCondition<>("reside in a package whose package-info is @NullMarked") {
        @Override
        public void check(JavaClass type, ConditionEvents events) {
          boolean marked =
              type.getPackage()
                  .tryGetPackageInfo()
                  .map(info -> info.isAnnotatedWith(NullMarked.class))
                  .orElse(false);
          events.add(
              new SimpleConditionEvent(
                  type,
                  marked,
                  "%s: package-info of %s with @NullMarked is %s"
                      .formatted(
                          type.getName(), type.getPackageName(), marked ? "there" : "missing")));
        }
      };
}
