package io.parley.server.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.composer.Composer;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.StreamReader;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * A YAML file taken apart into keys and the text of their values.
 *
 * <p>It is parsed but never constructed: no tag in it can make an object, and no value is changed
 * on the way. YAML alone would read the password {@code 0123} as the number 83.
 */
final class ConfigFile {
  private static final long MAX_BYTES = 1024 * 1024;
  private static final int MAX_DEPTH = 8;
  private static final int MAX_ALIASES = 10;

  private final Path path;
  private final Set<String> keys;
  private final Consumer<String> problems;
  private final List<Setting> settings = new ArrayList<>();
  private final Set<String> seen = new HashSet<>();

  private ConfigFile(Path path, Set<String> keys, Consumer<String> problems) {
    this.path = path;
    this.keys = keys;
    this.problems = problems;
  }

  /**
   * Reads a file.
   *
   * @param keys all there are; what is below one is its value
   * @param problems told of whatever is wrong with the file
   * @return the known keys that are set, in the order of the file
   */
  static List<Setting> read(Path path, Set<String> keys, Consumer<String> problems) {
    ConfigFile file = new ConfigFile(path, keys, problems);
    try {
      if (Files.size(path) > MAX_BYTES) {
        problems.accept(
            path + ": " + Files.size(path) + " bytes (expected: " + MAX_BYTES + " at most)");
        return List.of();
      }
      file.parse(Files.readString(path));
    } catch (NoSuchFileException e) {
      problems.accept(path + ": no such file (expected: a configuration file)");
    } catch (CharacterCodingException e) {
      problems.accept(path + ": bytes that are no UTF-8 (expected: YAML in UTF-8)");
    } catch (IOException e) {
      problems.accept(path + ": can't be read: " + e.getMessage());
    }
    return file.settings;
  }

  private void parse(String text) {
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit((int) MAX_BYTES);
    options.setNestingDepthLimit(MAX_DEPTH);
    options.setMaxAliasesForCollections(MAX_ALIASES);
    try {
      ParserImpl parser = new ParserImpl(new StreamReader(text), options);
      Node root = new Composer(parser, new Resolver(), options).getSingleNode();
      if (root instanceof MappingNode mapping) {
        visitSection("", mapping);
      } else if (root != null && !isNull(root)) {
        problem(root, "no sections (expected: YAML such as 'network:' with 'port: 7440' below)");
      }
    } catch (MarkedYAMLException e) {
      int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
      problems.accept(path + " line " + line + ": " + e.getProblem() + " (expected: YAML)");
    } catch (YAMLException e) {
      problems.accept(path + ": " + e.getMessage() + " (expected: YAML)");
    }
  }

  private void visitSection(String prefix, MappingNode section) {
    for (NodeTuple tuple : section.getValue()) {
      if (tuple.getKeyNode() instanceof ScalarNode name) {
        visit(prefix + name.getValue(), name, tuple.getValueNode());
      } else {
        problem(tuple.getKeyNode(), "not a name (expected: a section or key)");
      }
    }
  }

  private void visit(String name, Node at, Node value) {
    String section = name + ".";
    boolean isSection = keys.stream().anyMatch(key -> key.startsWith(section));
    if (keys.contains(name)) {
      addEntry(name, at, value);
    } else if (isSection && isNull(value)) {
      // All below it is commented out, as in the file we ship.
      return;
    } else if (isSection && !(value instanceof MappingNode)) {
      problem(at, name + " is a section (expected: keys below it)");
    } else if (value instanceof MappingNode mapping && name.indexOf('.') < 0) {
      // An unknown section too, for its keys are what has nearest keys; but no deeper, as an anchor
      // can make a file contain itself.
      visitSection(section, mapping);
    } else {
      problem(
          at, name + ": unknown key (the nearest known key is " + NearestName.of(name, keys) + ")");
    }
  }

  private void addEntry(String key, Node name, Node value) {
    if (!seen.add(key)) {
      problem(name, key + " is set twice (expected: once)");
    } else if (value instanceof ScalarNode scalar) {
      String text = isNull(scalar) ? "" : scalar.getValue();
      settings.add(Setting.ofText(key, source(key, name), text));
    } else if (value instanceof MappingNode mapping) {
      addMap(key, name, mapping);
    } else {
      problem(name, key + " is a list (expected: a value)");
    }
  }

  private void addMap(String key, Node name, MappingNode mapping) {
    Map<String, String> map = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      if (!(tuple.getKeyNode() instanceof ScalarNode entryName)
          || !(tuple.getValueNode() instanceof ScalarNode entryValue)) {
        problem(tuple.getKeyNode(), key + " has an entry that is no 'name: value'");
        return;
      }
      if (map.put(entryName.getValue(), entryValue.getValue()) != null) {
        problem(entryName, key + " has '" + entryName.getValue() + "' twice (expected: once)");
        return;
      }
    }
    settings.add(Setting.ofMap(key, source(key, name), map));
  }

  private String source(String key, Node name) {
    return path + " line " + lineOf(name) + ": " + key;
  }

  private void problem(Node at, String what) {
    problems.accept(path + " line " + lineOf(at) + ": " + what);
  }

  private static int lineOf(Node node) {
    return node.getStartMark().getLine() + 1;
  }

  private static boolean isNull(Node node) {
    return Tag.NULL.equals(node.getTag());
  }
}
