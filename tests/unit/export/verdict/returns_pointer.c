// SPDX-License-Identifier: Apache-2.0
// Suppressions behind a pointer that the loader fills in.
const char* suppressions = "leak:leaky_one\nleak:libthird.so";
const char* __lsan_default_suppressions(void);
const char* __lsan_default_suppressions(void) {
  const char* const text = suppressions;
  return text;
}
int main(void) { return 0; }
