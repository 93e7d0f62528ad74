// SPDX-License-Identifier: Apache-2.0
// How does the keeper copy one record? The functions of life/stream.cc, which nobody else may call.
#include "../../preload/life/stream.cc"
#include "models.h"

namespace leakhook::models {

void copy_as_keeper(const LiveRecord& record, LiveRecord* to) {
  life::copy_record(record, life::Horizon{kMaxStacks}, to);
}

void copy_as_keeper(const ResourceRecord& record, ResourceRecord* to) {
  life::copy_record(record, life::Horizon{kMaxStacks}, to);
}

}  // namespace leakhook::models
