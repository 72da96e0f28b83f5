package io.parley.load.machine;

/**
 * What a run ran on. Empty or 0 where it isn't known.
 *
 * @param cpu its model
 * @param cores those this process may use
 * @param memoryBytes of the machine
 * @param system name, version and architecture
 * @param java of this process: name and version
 */
public record MachineInfo(String cpu, int cores, long memoryBytes, String system, String java) {

  /** This machine. */
  public static MachineInfo here() {
    ProcFiles files = new ProcFiles();
    return new MachineInfo(
        files.cpuModel(),
        Runtime.getRuntime().availableProcessors(),
        files.memoryBytes(),
        System.getProperty("os.name")
            + " "
            + System.getProperty("os.version")
            + " "
            + System.getProperty("os.arch"),
        System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
  }
}
