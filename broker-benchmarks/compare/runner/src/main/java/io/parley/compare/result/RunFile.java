package io.parley.compare.result;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A file of run results, one JSON object a line, in the order of the runs. */
public final class RunFile {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .serializationInclusion(JsonInclude.Include.NON_NULL)
          .visibility(PropertyAccessor.IS_GETTER, JsonAutoDetect.Visibility.NONE)
          .configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false)
          .build();

  private static final ObjectWriter WRITER = JSON.writerFor(RunResult.class);
  private static final ObjectReader READER = JSON.readerFor(RunResult.class);

  private RunFile() {}

  /** Adds a run; the file is made if it isn't there. */
  public static void append(Path file, RunResult run) throws IOException {
    Files.writeString(
        file,
        WRITER.writeValueAsString(run) + "\n",
        UTF_8,
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  /**
   * All runs. Where a peer ran a workload under the same number again, the last counts.
   *
   * @throws IOException if it can't be read or a line isn't a run
   */
  public static List<RunResult> read(Path file) throws IOException {
    Map<List<Object>, RunResult> runs = new LinkedHashMap<>();
    for (String line : Files.readAllLines(file)) {
      if (!line.isBlank()) {
        RunResult run = READER.readValue(line);
        runs.put(List.of(run.peer(), run.workload(), run.run()), run);
      }
    }
    return List.copyOf(runs.values());
  }
}
