package io.parley.systemtests;

import com.sun.management.OperatingSystemMXBean;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.management.MBeanServerConnection;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** Looks into a process from outside: its memory, and the processor time it took. */
record BrokerMemory(
    long pid,
    JMXConnector connector,
    MemoryMXBean memory,
    OperatingSystemMXBean system,
    BufferPoolMXBean direct)
    implements AutoCloseable {
  /** The second full collection finds what the first one left to finalizers and references. */
  private static final int COLLECTIONS = 2;

  @SuppressWarnings("BanJNDI") // the address comes from a process of our own
  static BrokerMemory of(long pid) throws Exception {
    VirtualMachine machine = VirtualMachine.attach(Long.toString(pid));
    JMXServiceURL address;
    try {
      address = new JMXServiceURL(machine.startLocalManagementAgent());
    } finally {
      machine.detach();
    }
    JMXConnector connector = JMXConnectorFactory.connect(address);
    MBeanServerConnection beans = connector.getMBeanServerConnection();
    return new BrokerMemory(
        pid,
        connector,
        ManagementFactory.newPlatformMXBeanProxy(
            beans, ManagementFactory.MEMORY_MXBEAN_NAME, MemoryMXBean.class),
        ManagementFactory.newPlatformMXBeanProxy(
            beans, ManagementFactory.OPERATING_SYSTEM_MXBEAN_NAME, OperatingSystemMXBean.class),
        ManagementFactory.newPlatformMXBeanProxy(
            beans, "java.nio:type=BufferPool,name=direct", BufferPoolMXBean.class));
  }

  /** Of the heap, what is in use now, garbage included. */
  long heapBytes() {
    return memory.getHeapMemoryUsage().getUsed();
  }

  /** Of the heap, what is left after everything that can go is gone. */
  long liveHeapBytes() {
    for (int i = 0; i < COLLECTIONS; i++) {
      memory.gc();
    }
    return heapBytes();
  }

  /** Of direct memory, what the JVM knows of. */
  long directBytes() {
    return direct.getMemoryUsed();
  }

  /** Processor time of all its threads since its start. */
  long cpuNanos() {
    return system.getProcessCpuTime();
  }

  /** Linux only; 0 elsewhere. */
  long residentBytes() throws IOException {
    Path status = Path.of("/proc/" + pid + "/status");
    if (!Files.exists(status)) {
      return 0;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElse(0);
  }

  @Override
  public void close() throws IOException {
    connector.close();
  }
}
