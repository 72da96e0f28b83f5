package io.parley.jmh;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The threads of a broker in this process, known by their names. */
final class BrokerThreads {
  private static final String PREFIX = "parley-";

  /** Event loops have the number of their listener in their name, and their own. */
  private static final Pattern EVENT_LOOP = Pattern.compile("(.*)-\\d+-(\\d+)");

  private BrokerThreads() {}

  static boolean isOne(String thread) {
    return thread.startsWith(PREFIX);
  }

  /** What a thread does: the name that all of its kind have in common. */
  static String kind(String thread) {
    return EVENT_LOOP.matcher(thread).replaceFirst("$1");
  }

  /** Bytes each has allocated in its life, by a name that is the same in each broker. */
  static Map<String, Long> allocatedBytes() {
    ThreadMXBean bean = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long[] ids = bean.getAllThreadIds();
    long[] bytes = bean.getThreadAllocatedBytes(ids);
    ThreadInfo[] infos = bean.getThreadInfo(ids);
    Map<String, Long> allocated = new TreeMap<>();
    for (int i = 0; i < ids.length; i++) {
      if (infos[i] != null && isOne(infos[i].getThreadName())) {
        String name = EVENT_LOOP.matcher(infos[i].getThreadName()).replaceFirst("$1-$2");
        allocated.merge(name, bytes[i], Long::sum);
      }
    }
    return allocated;
  }
}
