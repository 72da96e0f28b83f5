package io.parley.cli;

import java.util.Map;
import java.util.Stack;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Lets an option take its value only after {@code =}, so that what follows it is the next argument:
 * in {@code --await shop.AddItem} the name is no duration.
 */
final class AttachedValue implements IParameterPreprocessor {
  @Override
  @SuppressWarnings("JdkObsolete") // picocli's signature
  public boolean preprocess(
      Stack<String> args, CommandSpec command, ArgSpec arg, Map<String, @Nullable Object> info) {
    if (!"=".equals(info.get("separator"))) {
      args.push(((OptionSpec) arg).fallbackValue());
    }
    return false;
  }
}
