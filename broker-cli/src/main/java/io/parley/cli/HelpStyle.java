package io.parley.cli;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** The look of help texts: a verb's own options first, what every verb takes in one line. */
final class HelpStyle {
  private static final int WIDTH = 100;

  private HelpStyle() {}

  /** Gives a command and all below it the look. */
  static void apply(CommandLine command) {
    UsageMessageSpec usage = command.getCommandSpec().usageMessage();
    usage
        .width(WIDTH)
        .sortOptions(false)
        .sortSynopsis(false)
        .abbreviateSynopsis(true)
        .parameterListHeading("%nArguments:%n")
        .optionListHeading("")
        .commandListHeading(command.getParent() == null ? "%nNouns and verbs:%n" : "%nVerbs:%n");
    command.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, HelpStyle::options);
    command.getSubcommands().values().forEach(HelpStyle::apply);
  }

  private static String options(Help help) {
    boolean isRoot = help.commandSpec().parent() == null;
    List<OptionSpec> own =
        help.commandSpec().options().stream()
            .filter(option -> isRoot || !option.inherited())
            .toList();
    StringBuilder text = new StringBuilder();
    if (!own.isEmpty()) {
      text.append(isRoot ? "\nOptions of every verb:\n" : "\nOptions:\n");
      text.append(
          help.optionListExcludingGroups(
              own, help.createDefaultLayout(), null, help.parameterLabelRenderer()));
    }
    if (!isRoot) {
      text.append(
          "\nAlso: --uri, --admin, --output (-o), --verbose, --help; see 'parley --help'.\n");
    }
    return text.toString();
  }
}
