# SPDX-License-Identifier: Apache-2.0
# A Java machine: code compiled while it runs, which has neither unwind rules nor frame pointers, many
# threads, guard pages, and SIGUSR2 for its own purposes.
import shutil

import real_program as real

SOURCE = """
import java.nio.ByteBuffer;
import java.util.*;
public class Works {
  static ByteBuffer allocate(int i) { return ByteBuffer.allocateDirect(10000 + i % 13); }
  public static void main(String[] words) throws Exception {
    List<ByteBuffer> kept = new ArrayList<>();
    long sum = 0;
    for (int i = 0; i < 3_000_000; i++) sum = (sum * 31 + i) % 1000003;
    for (int i = 0; i < 3000; i++) kept.add(allocate(i));
    Thread[] threads = new Thread[8];
    for (int t = 0; t < 8; t++) {
      threads[t] = new Thread(() -> { for (int i = 0; i < 1000; i++) allocate(i); });
      threads[t].start();
    }
    for (Thread thread : threads) thread.join();
    System.out.println(sum + " " + kept.size());
    System.out.println("dump me " + ProcessHandle.current().pid());
    System.in.read();
    System.exit(4);
  }
}
"""


class Java(real.Program):
    name = "java, code compiled while it runs"
    packages = ["default-jdk-headless"]
    tools = ["java", "javac"]
    must_name = {"heap": r"libjvm|JavaMain|JLI_|Unsafe"}
    env = {"LEAKHOOK_SIGNAL": "RTMIN+3"}

    def prepare(self, side):
        with open(side.path("Works.java"), "w", encoding="ascii") as file:
            file.write(SOURCE)
        side.tool("javac", "Works.java", timeout=100)

    def run(self, side):
        session = real.running.Session([shutil.which("java"), "-Xmx200m", "-cp", side.folder, "Works"],
                                       side.folder, side.environment(), 100, side.dump)
        run = session.finish()
        if run.complaints:
            raise real.Failure("; ".join(run.complaints))
        return run.status, run.stdout.decode()


PROGRAM = Java()
