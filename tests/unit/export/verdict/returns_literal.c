// SPDX-License-Identifier: Apache-2.0
// Suppressions as nearly every program embeds them.
const char* __lsan_default_suppressions(void);
const char* __lsan_default_suppressions(void) {
  return "# of the program\n"
         "leak:leaky_one\n"
         "leak:libthird.so\n";
}
int main(void) { return 0; }
