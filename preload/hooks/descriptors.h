// SPDX-License-Identifier: Apache-2.0
// Of which kind is a new descriptor, and which one is behind a stream? Everything keeps errno.
#pragma once
#include <dirent.h>
#include <stdio.h>

#include "../contract/kinds.h"

namespace leakhook {

/// After opening `path` with `flags`.
Kind kind_of(const char* path, int flags);
/// Of a descriptor that came without a story (received, duplicated from elsewhere): asks the
/// kernel.
Kind kind_by_asking(int fd);

/// The descriptor behind a stream, −1 when it has none.
int fd_of(FILE* stream);
int fd_of(DIR* stream);

}  // namespace leakhook
