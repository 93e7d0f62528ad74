// SPDX-License-Identifier: Apache-2.0
// The books and the kernel's lists are brought together: nothing missing, nothing stale.
#include "../../../export/open_resources.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "segment_fixture.h"

namespace leakhook {
namespace {

using testing::LoadedSegment;
using testing::place;
using testing::SegmentBuilder;

class OpenResources : public ::testing::Test {
 protected:
  std::vector<OpenResource> collect() {
    loaded_ = std::make_unique<LoadedSegment>(builder_.packed());
    return open_resources(loaded_->view, tables_);
  }

  /// Both lists of the kernel say the same.
  template <class Key>
  static void list(BeforeAfter<Key>* table, std::map<Key, std::string> entries) {
    table->before = table->after = std::move(entries);
  }

  static const OpenResource* of_fd(const std::vector<OpenResource>& all, int fd) {
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const auto& r) { return r.fd == fd; });
    return found == all.end() ? nullptr : &*found;
  }

  SegmentBuilder builder_;
  StackId stack_ = builder_.stack({place(0x1000)});
  KernelTables tables_;
  std::unique_ptr<LoadedSegment> loaded_;
};

TEST_F(OpenResources, WithoutKernelTheBooksAreBelieved) {
  FdRecord& file = builder_.fd(4, Kind::file, stack_, 31);
  std::memcpy(file.name, "/tmp/a", 6);
  file.name_size = 6;
  file.name_form = static_cast<std::uint8_t>(NameForm::path);
  const auto all = collect();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].kind, Kind::file);
  EXPECT_EQ(all[0].origin, Origin::hooked);
  EXPECT_EQ(all[0].stack, stack_);
  EXPECT_EQ(all[0].path, "/tmp/a");
  EXPECT_EQ(all[0].age_s, 70u);
  EXPECT_EQ(all[0].fd, 4);
}

TEST_F(OpenResources, UnknownDescriptorsAreUntracked) {
  builder_.fd(4, Kind::eventfd, stack_);
  list(&tables_.fds, {{4, "anon_inode:[eventfd]"}, {9, "anon_inode:[eventpoll]"}});
  const auto all = collect();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(of_fd(all, 4)->origin, Origin::hooked);
  EXPECT_EQ(of_fd(all, 9)->origin, Origin::untracked);
  EXPECT_EQ(of_fd(all, 9)->kind, Kind::epoll);
  EXPECT_EQ(of_fd(all, 9)->stack, 0u);
}

TEST_F(OpenResources, DescriptorsThatCameOrChangedMeanwhileAreNot) {
  tables_.fds.before = {{7, "pipe:[1]"}, {8, "pipe:[2]"}};
  tables_.fds.after = {{7, "pipe:[9]"}, {9, "pipe:[3]"}};
  EXPECT_TRUE(collect().empty());
}

TEST_F(OpenResources, StaleDescriptorsAreDropped) {
  builder_.fd(4, Kind::file, stack_);
  builder_.fd(5, Kind::file, stack_);
  builder_.fd(6, Kind::file, stack_);
  tables_.fds.before = {{5, "/a"}};
  tables_.fds.after = {{6, "/b"}};
  const auto all = collect();
  EXPECT_EQ(of_fd(all, 4), nullptr);
  EXPECT_NE(of_fd(all, 5), nullptr);
  EXPECT_NE(of_fd(all, 6), nullptr);
}

TEST_F(OpenResources, PeersComeFromTheBooksOrTheKernel) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(5432);
  inet_pton(AF_INET, "10.0.0.1", &address.sin_addr);
  FdRecord& known = builder_.fd(4, Kind::socket, stack_);
  std::memcpy(known.name, &address, sizeof address);
  known.name_size = sizeof address;
  known.name_form = static_cast<std::uint8_t>(NameForm::peer);
  builder_.fd(5, Kind::socket, stack_);
  list(&tables_.fds, {{4, "socket:[44]"}, {5, "socket:[55]"}, {6, "socket:[66]"}});
  int asked = 0;
  tables_.peers = [&asked] {
    ++asked;
    return std::map<std::uint64_t, std::string>{{55, "10.0.0.2:80"}, {66, "/run/x"}};
  };
  const auto all = collect();
  EXPECT_EQ(of_fd(all, 4)->peer, "10.0.0.1:5432");
  EXPECT_EQ(of_fd(all, 5)->peer, "10.0.0.2:80");
  EXPECT_EQ(of_fd(all, 6)->peer, "/run/x");
  EXPECT_EQ(asked, 1);
}

TEST_F(OpenResources, InheritedByFlagOrByBirth) {
  builder_.header().inherited_until = 20;
  builder_.fd(0, Kind::other_fd, 0, 50).flags = kFdInherited;
  builder_.fd(4, Kind::file, stack_, 20);
  builder_.fd(5, Kind::file, stack_, 21);
  list(&tables_.fds, {{0, "pipe:[3]"}, {4, "/a"}, {5, "/b"}});
  const auto all = collect();
  EXPECT_EQ(of_fd(all, 0)->origin, Origin::inherited);
  EXPECT_EQ(of_fd(all, 0)->kind, Kind::pipe);  // the kernel knows what it is
  EXPECT_EQ(of_fd(all, 4)->origin, Origin::inherited);
  EXPECT_EQ(of_fd(all, 4)->stack, stack_);
  EXPECT_EQ(of_fd(all, 5)->origin, Origin::hooked);
}

TEST_F(OpenResources, ThreadsAreReconciled) {
  const int main = builder_.header().pid;
  builder_.thread(ThreadState::running, main, 0).is_main = 1;
  builder_.thread(ThreadState::running, 101, stack_);  // runs
  builder_.thread(ThreadState::running, 102, stack_);  // ended unseen
  builder_.thread(ThreadState::ended, 103, stack_);    // waits to be joined
  builder_.thread(ThreadState::starting, 0, stack_).is_detached = 1;
  builder_.thread(ThreadState::free, 104, stack_);
  list(&tables_.threads, {{main, "svc"}, {101, "worker"}, {105, "raw"}});
  const auto all = collect();
  ASSERT_EQ(all.size(), 5u);
  EXPECT_EQ(all[0].origin, Origin::inherited);
  EXPECT_EQ(all[0].thread, "svc");
  EXPECT_EQ(all[1].thread, "worker");
  EXPECT_EQ(all[1].origin, Origin::hooked);
  EXPECT_EQ(all[4].origin, Origin::untracked);
  EXPECT_EQ(all[4].thread, "raw");
  const char* const states[] = {"running", "running", "ended", "detached", "running"};
  for (std::size_t i = 0; i < 5; ++i) EXPECT_STREQ(all[i].state, states[i]) << i;
}

TEST_F(OpenResources, MainThreadIsInheritedWithoutARecordToo) {
  const int main = builder_.header().pid;
  list(&tables_.threads, {{main, "svc"}});
  const auto all = collect();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].origin, Origin::inherited);
}

TEST_F(OpenResources, ChildrenAreReconciled) {
  builder_.resource(Kind::process, 201, stack_);
  builder_.resource(Kind::process, 202, stack_);  // gone, or somebody else's child now
  list(&tables_.children, {{201, "sh"}, {203, "vforked"}});
  const auto all = collect();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].origin, Origin::hooked);
  EXPECT_EQ(all[1].origin, Origin::untracked);
  EXPECT_EQ(all[1].kind, Kind::process);
}

TEST_F(OpenResources, OtherResourcesKeepWhatTheyAre) {
  builder_.resource(Kind::mapping, 0x7f0000000000, stack_).size = 8192;
  builder_.resource(Kind::timer, 1, stack_);
  ResourceRecord& library = builder_.resource(Kind::library, 77, stack_);
  library.size = 3;
  std::strcpy(library.name, "libplugin.so");
  const auto all = collect();
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].size, 8192u);
  EXPECT_EQ(all[1].kind, Kind::timer);
  EXPECT_EQ(all[2].size, 0u);
  EXPECT_EQ(all[2].path, "libplugin.so");
}

TEST_F(OpenResources, RecordsOfImpossibleKindsAreCounted) {
  builder_.fd(4, Kind::thread, stack_);
  builder_.fd(5, static_cast<Kind>(200), stack_);
  builder_.resource(Kind::heap, 1, stack_);
  builder_.resource(static_cast<Kind>(99), 1, stack_);
  builder_.resource(Kind::mapping, 1, stack_).size = ~std::uint64_t{0};
  builder_.thread(static_cast<ThreadState>(9), 5, stack_);
  EXPECT_TRUE(collect().empty());
  EXPECT_EQ(loaded_->view.damaged(), 6u);
}

TEST_F(OpenResources, NameLongerThanItsFieldIsCut) {
  FdRecord& file = builder_.fd(4, Kind::file, stack_);
  std::memset(file.name, 'x', sizeof file.name);
  file.name_size = 255;
  file.name_form = static_cast<std::uint8_t>(NameForm::path);
  EXPECT_EQ(collect()[0].path.size(), sizeof file.name);
}

TEST(KindOfTarget, EveryKind) {
  EXPECT_EQ(kind_of_target("socket:[1]", false), Kind::socket);
  EXPECT_EQ(kind_of_target("pipe:[1]", false), Kind::pipe);
  EXPECT_EQ(kind_of_target("anon_inode:[eventfd]", false), Kind::eventfd);
  EXPECT_EQ(kind_of_target("anon_inode:[timerfd]", false), Kind::timerfd);
  EXPECT_EQ(kind_of_target("anon_inode:[signalfd]", false), Kind::signalfd);
  EXPECT_EQ(kind_of_target("anon_inode:[eventpoll]", false), Kind::epoll);
  EXPECT_EQ(kind_of_target("anon_inode:inotify", false), Kind::inotify);
  EXPECT_EQ(kind_of_target("anon_inode:[pidfd]", false), Kind::pidfd);
  EXPECT_EQ(kind_of_target("pidfd:[77]", false), Kind::pidfd);
  EXPECT_EQ(kind_of_target("/memfd:x (deleted)", false), Kind::memfd);
  EXPECT_EQ(kind_of_target("/dev/ptmx", false), Kind::pty);
  EXPECT_EQ(kind_of_target("/tmp", true), Kind::directory);
  EXPECT_EQ(kind_of_target("/tmp/x", false), Kind::file);
  EXPECT_EQ(kind_of_target("anon_inode:[userfaultfd]", false), Kind::other_fd);
}

}  // namespace
}  // namespace leakhook
