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
import java.util.ArrayList;
import java.util.List;

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
   * All runs.
   *
   * @throws IOException if it can't be read or a line isn't a run
   */
  public static List<RunResult> read(Path file) throws IOException {
    List<RunResult> runs = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      if (!line.isBlank()) {
        runs.add(READER.readValue(line));
      }
    }
    return runs;
  }
}
