package io.parley.cli;

import io.parley.cli.admin.AdminApi;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The queue or subscription that a verb of either noun is about: {@link Mixin}. */
final class DestinationParameter {
  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec verb; // picocli sets it

  @Parameters(paramLabel = "NAME", description = "The name of the ${PARENT-COMMAND-NAME}.")
  String name = "";

  /** {@code queue} or {@code subscription}. */
  String noun() {
    return Objects.requireNonNull(verb).parent().name();
  }

  /** The noun and the name, for people. */
  String words() {
    return noun() + " '" + name + "'";
  }

  /** Below the namespace, in the admin API. */
  String path() {
    return "/" + noun() + "s/" + AdminApi.escaped(name);
  }
}
