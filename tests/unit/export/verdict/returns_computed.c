// SPDX-License-Identifier: Apache-2.0
// Suppressions that only a run of the program could tell.
#include <stdlib.h>
const char* __lsan_default_suppressions(void);
const char* __lsan_default_suppressions(void) { return getenv("SUPPRESSIONS"); }
int main(void) { return 0; }
