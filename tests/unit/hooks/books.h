// SPDX-License-Identifier: Apache-2.0
// What did a hook tell the ledger, and when? The hooks under test stand in a shared object with a
// ledger that only takes notes; this is how a test reads them.
#pragma once

#define BOOKS_VISIBLE __attribute__((visibility("default")))

extern "C" {
/// Starts a page for the row under test. From now on every call of the ledger is noted, the real
/// function of that row (only) as "real", and calls for heap blocks only when it is a heap row.
BOOKS_VISIBLE void books_start(const char* row);
/// Ends the page: "real, acquired_fd eventfd 5 -". A call whose caller was not taken from a frame
/// of the test program has a '!' behind its name. Valid until the next start.
BOOKS_VISIBLE const char* books_stop();
/// The text so far, while other threads still write.
BOOKS_VISIBLE bool books_contain(const char* text);
/// Callers must lie in here.
BOOKS_VISIBLE void books_expect_callers(const void* low, const void* high);
/// The real function of a row.
BOOKS_VISIBLE void* books_truth(const char* row);
/// On: the calling thread's next sample is far away, and only `sampled` (or null) may be known.
BOOKS_VISIBLE void books_sample(bool is_on, const void* sampled);
/// From now on the ledger has no room for threads.
BOOKS_VISIBLE void books_refuse_threads(bool refuse);
}
