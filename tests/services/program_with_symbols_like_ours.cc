// leaks: 1 heap in leak_one (15 bytes), 1 eventfd in leak_eventfd
// SPDX-License-Identifier: Apache-2.0
// Names that our library uses inside, and the protobuf that the exporter uses: the service's own.
#include <sys/eventfd.h>

#include "service.h"

static int calls;
namespace google::protobuf {
struct Message {};
void ShutdownProtobufLibrary() { calls++; }
namespace internal {
void VerifyVersion(int, int, const char*) { calls++; }
}  // namespace internal
}  // namespace google::protobuf
namespace leakhook {
namespace ledger {
void acquired_block(const void*, const void*, unsigned long) { calls++; }
void released_block(const void*) { calls++; }
}  // namespace ledger
namespace unwind {
void prepare(void*) { calls++; }
void forget_rules() { calls++; }
}  // namespace unwind
}  // namespace leakhook
extern "C" {
void unw_step() { calls++; }
void unw_init_local() { calls++; }
void unw_backtrace() { calls++; }
void dwfl_begin() { calls++; }
}

APART void leak_one() { kept(malloc(15)); }
APART void leak_eventfd() { MUST(eventfd(0, 0) >= 0); }

int main() {
  leak_one(), leak_eventfd();
  printf("%d\n", calls);
}
