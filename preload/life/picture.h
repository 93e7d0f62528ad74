// SPDX-License-Identifier: Apache-2.0
// How does a dump come to know what is reachable? By a picture: all threads stand still, one fork
// makes a copy of the process, the threads go on, and the copy looks for pointers in itself. It
// then writes the dump, as its books and its memory are of one moment.
#pragma once
#include "still_threads.h"
#include "stream.h"

namespace leakhook::life {

/// Keeper only. Writes the stream of a dump with its Region::reach; where no picture can be had,
/// without, and with the reason. `buffer`: as write_stream(). False: the descriptor does not take
/// it.
bool write_stream_of_picture(int fd, StreamOrder order, const WaitingThread& waiting, char* buffer);

/// A seccomp filter of the program forbids what a picture takes.
void forbid_pictures();
bool are_pictures_forbidden();

}  // namespace leakhook::life
