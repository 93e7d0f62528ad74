// SPDX-License-Identifier: Apache-2.0
// Threads, collections, a child process and a direct buffer in Java.
import java.nio.ByteBuffer;
import java.util.*;
import java.util.concurrent.*;
import java.util.stream.*;

public class Work {
  public static void main(String[] arguments) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(4);
    List<Future<Long>> parts = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      final int seed = i;
      parts.add(pool.submit(() -> {
        Map<Integer, String> map = new TreeMap<>();
        for (int k = 0; k < 2000; k++) map.put(k * seed, "v" + k);
        return map.values().stream().mapToLong(String::hashCode).sum();
      }));
    }
    long sum = 0;
    for (Future<Long> part : parts) sum += part.get();
    pool.shutdown();
    ByteBuffer direct = ByteBuffer.allocateDirect(1 << 20);
    direct.putLong(0, sum);
    Process child = new ProcessBuilder("sh", "-c", "echo from a child; exit 5").start();
    String line = new String(child.getInputStream().readAllBytes()).trim();
    System.out.println(direct.getLong(0) + " " + line + " " + child.waitFor());
    System.exit(arguments.length);
  }
}
