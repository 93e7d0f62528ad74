// SPDX-License-Identifier: Apache-2.0
// Segments are found among mappings, and processes without one are said to be so.
#include "../../../export/live_service.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace leakhook {
namespace {

TEST(LiveService, FindsSegmentsAmongMappings) {
  const std::string maps =
      "55d0-55d1 r--p 00000000 08:01 1 /bin/service\n"
      "7f00-7f01 rw-s 00000000 08:01 2 /var/lib/my leaks/leakhook.service.7.lhk\n"
      "7f01-7f02 rw-s 00001000 08:01 2 /var/lib/my leaks/leakhook.service.7.lhk\n"
      "7f03-7f04 rw-s 00001000 08:01 3 /tmp/gone.lhk (deleted)\n"
      "7f05-7f06 rw-p 00000000 00:00 0 \n"
      "7f07-7f08 rw-s 00000000 08:01 4 /tmp/b.lhk\n";
  EXPECT_EQ(segments_in(maps), (std::vector<std::string>{
                                   "/var/lib/my leaks/leakhook.service.7.lhk", "/tmp/b.lhk"}));
  EXPECT_TRUE(segments_in("").empty());
}

TEST(LiveService, ProcessWithoutTheLibraryIsRefused) {
  const LiveService service(getpid());
  EXPECT_FALSE(service.reads_segment());
  const LiveDump dump = service.dump(0, std::chrono::milliseconds(20000));
  EXPECT_FALSE(dump.dump);
  EXPECT_FALSE(dump.has_ended);
  EXPECT_NE(dump.reason.find("not loaded"), std::string::npos) << dump.reason;
}

TEST(LiveService, EndIsNoticed) {
  int gate[2];
  ASSERT_EQ(pipe(gate), 0);
  const pid_t child = fork();
  if (child == 0) {
    char byte;
    close(gate[1]);
    _exit(static_cast<int>(read(gate[0], &byte, 1)));
  }
  const LiveService service(child);
  close(gate[1]);
  waitpid(child, nullptr, 0);
  const LiveDump dump = service.dump(0, std::chrono::milliseconds(20000));
  EXPECT_TRUE(dump.has_ended);
  EXPECT_EQ(dump.reason, "it has ended");
  close(gate[0]);
}

}  // namespace
}  // namespace leakhook
