package io.parley.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.cli.console.ExitCode;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The starting script, with an installation of empty jars and Javas that only say which they are
 * and what they were given.
 */
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {
  private static final Path SCRIPT = Path.of("../bin/parley").toAbsolutePath().normalize();
  private static final long TIMEOUT_SECONDS = 30;
  private static final List<String> TOOLS =
      List.of(
          "cat",
          "cksum",
          "dirname",
          "find",
          "grep",
          "head",
          "ls",
          "mkdir",
          "mv",
          "readlink",
          "rm",
          "rmdir",
          "sed",
          "sh",
          "sleep",
          "stty",
          "tail",
          "tee",
          "tr");

  @TempDir private Path folder;

  private final Map<String, String> environment = new TreeMap<>();
  private Path installation;

  private record Run(int exitCode, String out, String err) {}

  @BeforeEach
  void install() throws IOException {
    folder = folder.toRealPath();
    installation = Files.createDirectories(folder.resolve("my parley"));
    Files.createDirectories(installation.resolve("bin"));
    Files.copy(SCRIPT, installation.resolve("bin/parley"));
    executable(installation.resolve("bin/parley"));
    Files.createDirectories(installation.resolve("lib"));
    Files.createFile(installation.resolve("lib/broker-cli-1.jar"));
    Files.createFile(installation.resolve("lib/other-2.jar"));
    environment.put("PARLEY_JAVA_FOLDERS", folder.resolve("jvm").toString());
    environment.put("PARLEY_CDS", "off");
    environment.put("HOME", folder.toString());
    environment.put("PATH", tools().toString());
  }

  @Test
  void shouldTakeTheNewestJavaItFinds() throws Exception {
    environment.put("JAVA_HOME", java("home", "17.0.15").toString());
    beforeOthersOnPath(java("path", "21.0.2").resolve("bin"));
    java("jvm/a", "25.0.3");
    java("jvm/b", "9.0.4");

    assertThat(run("queue", "list").out()).startsWith("java of " + folder.resolve("jvm/a") + "\n");
  }

  @Test
  void shouldCompareVersionsAsNumbers() throws Exception {
    java("jvm/a", "9.0.4");
    java("jvm/b", "1.8.0_392");
    java("jvm/c", "17");

    assertThat(run("--version").out()).startsWith("java of " + folder.resolve("jvm/c") + "\n");
  }

  @Test
  void shouldPreferJavaHomeAmongEquals() throws Exception {
    environment.put("JAVA_HOME", java("home", "21.0.1").toString());
    beforeOthersOnPath(java("path", "21.0.2").resolve("bin"));
    java("jvm/a", "21.0.3");

    assertThat(run("--version").out()).startsWith("java of " + folder.resolve("home") + "\n");
  }

  @Test
  void shouldFollowTheLinkThatIsOnThePath() throws Exception {
    Path home = java("path", "22");
    Path bin = Files.createDirectories(folder.resolve("linked"));
    Files.createSymbolicLink(bin.resolve("java"), home.resolve("bin/java"));
    beforeOthersOnPath(bin);

    assertThat(run("--version").out()).startsWith("java of " + home + "\n");
  }

  @Test
  void shouldAskAJavaThatHasNoReleaseFile() throws Exception {
    Path home = java("jvm/a", "19.0.1");
    Files.delete(home.resolve("release"));

    assertThat(run("--version").out()).startsWith("java of " + home + "\n");
  }

  @Test
  void shouldObeyParleyJavaHome() throws Exception {
    java("jvm/a", "25.0.3");
    environment.put("PARLEY_JAVA_HOME", java("mine", "17.0.1").toString());

    assertThat(run("--version").out()).startsWith("java of " + folder.resolve("mine") + "\n");
  }

  @Test
  void shouldRefuseAParleyJavaHomeThatIsTooOld() throws Exception {
    environment.put("PARLEY_JAVA_HOME", java("mine", "11.0.1").toString());

    Run run = run("--version");

    assertThat(run.exitCode).isEqualTo(ExitCode.UNAVAILABLE);
    assertThat(run.err).contains("PARLEY_JAVA_HOME: '" + folder.resolve("mine") + "' (expected:");
  }

  @Test
  void shouldSayWhatIsMissingWhereNoJavaIsNewEnough() throws Exception {
    java("jvm/a", "11.0.20");

    Run run = run("--version");

    assertThat(run.exitCode).isEqualTo(ExitCode.UNAVAILABLE);
    assertThat(run.out).isEmpty();
    assertThat(run.err)
        .contains("no Java 17 or newer found; too old: " + folder.resolve("jvm/a") + " (Java 11)")
        .contains("apt install openjdk-17");
  }

  @Test
  void shouldRunFromAnywhereAndThroughLinks() throws Exception {
    java("jvm/a", "17.0.1");
    Path link = folder.resolve("parley-link");
    Files.createSymbolicLink(link, installation.resolve("bin/parley"));

    Run run = start(List.of(link.toString(), "queue", "list"), folder.resolve("jvm"));

    assertThat(run.out)
        .contains(installation.resolve("lib/broker-cli-1.jar") + ":")
        .contains("[-Dparley.home=" + installation + "]\n");
  }

  @Test
  void shouldHandArgumentsOnAsTheyAre() throws Exception {
    java("jvm/a", "17.0.1");

    assertThat(run("command", "send", "a.B", "{\"x\": \"two  words $HOME *\"}", "").out)
        .endsWith("\n[command]\n[send]\n[a.B]\n[{\"x\": \"two  words $HOME *\"}]\n[]\n");
  }

  @ParameterizedTest
  @CsvSource({
    "queue list,       -XX:+UseSerialGC",
    "--version,        -XX:TieredStopAtLevel=1",
    "command send server, -XX:TieredStopAtLevel=1",
    "server,           -XX:+UseG1GC",
    "--uri bench server, -XX:+ExitOnOutOfMemoryError",
    "-o json bench,    -Xmx512m",
  })
  void shouldChooseTheJvmsOptionsByTheVerb(String line, String expected) throws Exception {
    java("jvm/a", "17.0.1");

    assertThat(run(line.split(" ")).out).contains("\n[" + expected + "]\n");
  }

  @Test
  void shouldLetTheUserOverrideTheServersHeap() throws Exception {
    java("jvm/a", "17.0.1");
    environment.put("PARLEY_JAVA_OPTS", "-Xmx2g -Dx=y");

    assertThat(run("server").out.indexOf("[-Xmx2g]\n[-Dx=y]\n"))
        .isGreaterThan(run("server").out.indexOf("[-Xmx512m]\n"));
    assertThat(run("queue", "list").out).doesNotContain("-Xmx");
  }

  @Test
  void shouldSilenceTheWarningsOfNewJavasAlone() throws Exception {
    java("jvm/a", "17.0.1");
    assertThat(run("server").out).doesNotContain("native-access").doesNotContain("sun-misc-unsafe");

    java("jvm/b", "25.0.1");
    assertThat(run("server").out)
        .contains("[--enable-native-access=ALL-UNNAMED]\n")
        .contains("[--sun-misc-unsafe-memory-access=allow]\n");
  }

  @Test
  void shouldBecomeJavaSoThatSignalsReachIt() throws Exception {
    java("jvm/a", "17.0.1");
    Process process = command("--version").start();
    process.getErrorStream().close();
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);

    assertThat(out).contains("\nprocess " + process.pid() + "\n");
    assertThat(process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void shouldExitAsJavaDoes() throws Exception {
    java("jvm/a", "17.0.1");
    environment.put("FAKE_EXIT", "75");

    assertThat(run("queue", "list").exitCode).isEqualTo(75);
  }

  @Test
  void shouldMakeOneArchiveForAJdkAndUseIt() throws Exception {
    java("jvm/a", "25.0.3");
    environment.remove("PARLEY_CDS");
    Path archive = installation.resolve("cds/25.0.3+9.jsa");

    assertThat(run("queue", "list").out).contains("[-XX:SharedArchiveFile=" + archive + "]\n");
    assertThat(archive).hasContent("archive 1\n");

    assertThat(run("queue", "list").out).contains("[-XX:SharedArchiveFile=" + archive + "]\n");
    assertThat(archive).hasContent("archive 1\n");
    assertThat(installation.resolve("cds")).isDirectoryContaining("glob:**/25.0.3+9.jsa");
    assertThat(Files.list(installation.resolve("cds"))).hasSize(1);
  }

  @Test
  void shouldMakeTheArchiveAnewForNewJars() throws Exception {
    java("jvm/a", "25.0.3");
    environment.remove("PARLEY_CDS");
    run("queue", "list");
    Files.setLastModifiedTime(
        installation.resolve("lib/other-2.jar"), FileTime.from(Instant.now().plusSeconds(60)));

    run("queue", "list");

    assertThat(installation.resolve("cds/25.0.3+9.jsa")).hasContent("archive 2\n");
  }

  @Test
  void shouldStartWithoutAnArchiveThatSomebodyElseIsMaking() throws Exception {
    java("jvm/a", "25.0.3");
    environment.remove("PARLEY_CDS");
    Files.createDirectories(installation.resolve("cds/25.0.3+9.jsa.making"));

    Run run = run("queue", "list");

    assertThat(run.exitCode).isZero();
    assertThat(run.out).doesNotContain("SharedArchiveFile");
  }

  @Test
  void shouldNotTryAgainWhereTheArchiveCantBeMade() throws Exception {
    java("jvm/a", "25.0.3");
    environment.remove("PARLEY_CDS");
    environment.put("FAKE_NO_ARCHIVE", "yes");

    assertThat(run("queue", "list").out).doesNotContain("SharedArchiveFile");
    assertThat(installation.resolve("cds/25.0.3+9.jsa")).isEmptyFile();
    environment.remove("FAKE_NO_ARCHIVE");
    assertThat(run("queue", "list").out).doesNotContain("SharedArchiveFile");
  }

  @Test
  void shouldNotKeepAServerWaitingForAnArchive() throws Exception {
    java("jvm/a", "25.0.3");
    environment.remove("PARLEY_CDS");

    assertThat(run("server").out).doesNotContain("SharedArchiveFile");
    assertThat(installation.resolve("cds")).doesNotExist();
  }

  @Test
  void shouldBuildACheckoutFirstAndTellHowItGoes() throws Exception {
    java("jvm/a", "17.0.1");
    Path checkout =
        checkout(
            "printf '[INFO] Building Parley CLI 0.1 [6/6]\\n' && mkdir -p $LIB"
                + " && : >$LIB/broker-cli-1.jar");

    Run run = start(List.of(checkout.resolve("bin/parley").toString(), "queue"), folder);

    assertThat(run.err)
        .isEqualTo(
            "parley: first start: building with Maven and Java 17 …\n"
                + "parley: building 6/6    Parley CLI\n");
    assertThat(run.out)
        .contains(checkout.resolve("broker-cli/target/parley/lib/broker-cli-1.jar").toString());
  }

  @Test
  void shouldShowWhyABuildFailed() throws Exception {
    java("jvm/a", "17.0.1");
    Path checkout = checkout("echo '[ERROR] Foo.java:[3,1] bad' && exit 1");

    Run run = start(List.of(checkout.resolve("bin/parley").toString(), "queue"), folder);

    assertThat(run.exitCode).isEqualTo(ExitCode.INTERNAL);
    assertThat(run.err).contains("Foo.java:[3,1] bad").contains("parley: the build failed");
    assertThat(checkout.resolve("broker-cli/target/parley-build.lock")).doesNotExist();
  }

  /** A checkout whose Maven runs this. */
  private Path checkout(String maven) throws IOException {
    Path checkout = folder.resolve("checkout");
    Files.createDirectories(checkout.resolve("bin"));
    Files.createDirectories(checkout.resolve("broker-cli"));
    Files.createFile(checkout.resolve("broker-cli/pom.xml"));
    Files.copy(SCRIPT, checkout.resolve("bin/parley"));
    executable(checkout.resolve("bin/parley"));
    Path tools = folder.resolve("tools");
    Path lib = checkout.resolve("broker-cli/target/parley/lib");
    Files.writeString(tools.resolve("mvn"), "#!/bin/sh\nLIB=" + lib + "\n" + maven + "\n");
    executable(tools.resolve("mvn"));
    return checkout;
  }

  /** A Java home whose java says where it is, its process and its arguments. */
  private Path java(String name, String version) throws IOException {
    Path home = folder.resolve(name);
    Files.createDirectories(home.resolve("bin"));
    Files.writeString(
        home.resolve("release"),
        "JAVA_RUNTIME_VERSION=\"" + version + "+9\"\nJAVA_VERSION=\"" + version + "\"\n");
    Files.writeString(
        home.resolve("bin/java"),
        """
        #!/bin/sh
        case $1 in
          -version) echo 'openjdk version "%s" 2023-01-01' >&2; exit ;;
          -XX:ArchiveClassesAtExit=*)
            echo run >>"%s/archived"
            [ -n "$FAKE_NO_ARCHIVE" ] || echo "archive $(grep -c run "%s/archived")" >"${1#*=}"
            exit ;;
        esac
        echo "java of %s"
        echo "process $$"
        printf '[%%s]\\n' "$@"
        exit ${FAKE_EXIT:-0}
        """
            .formatted(version, folder, folder, home));
    executable(home.resolve("bin/java"));
    Files.writeString(home.resolve("bin/javac"), "#!/bin/sh\n");
    executable(home.resolve("bin/javac"));
    return home;
  }

  private void beforeOthersOnPath(Path bin) {
    environment.merge("PATH", bin.toString(), (path, first) -> first + File.pathSeparator + path);
  }

  /** A folder with what the script calls, but no Java: the machine's own would be found else. */
  private Path tools() throws IOException {
    Path tools = Files.createDirectories(folder.resolve("tools"));
    for (String tool : TOOLS) {
      for (String place : List.of("/bin", "/usr/bin")) {
        Path found = Path.of(place, tool);
        if (Files.isExecutable(found)) {
          Files.writeString(tools.resolve(tool), "#!/bin/sh\nexec " + found + " \"$@\"\n");
          executable(tools.resolve(tool));
        }
      }
    }
    return tools;
  }

  private Run run(String... args) throws IOException, InterruptedException {
    return start(command(args).command(), folder);
  }

  private ProcessBuilder command(String... args) {
    List<String> command = new ArrayList<>();
    command.add(installation.resolve("bin/parley").toString());
    command.addAll(List.of(args));
    ProcessBuilder process = new ProcessBuilder(command);
    prepare(process);
    return process;
  }

  private void prepare(ProcessBuilder process) {
    process.environment().remove("JAVA_HOME");
    process.environment().keySet().removeIf(name -> name.startsWith("PARLEY_"));
    process.environment().putAll(environment);
  }

  private Run start(List<String> command, Path directory) throws IOException, InterruptedException {
    Path out = Files.createTempFile(folder, "out", ".txt");
    Path err = Files.createTempFile(folder, "err", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    prepare(builder);
    Process process = builder.start();
    process.getOutputStream().close();
    assertThat(process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)).isTrue();
    return new Run(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  private static void executable(Path file) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
