// verdict: definite 0, indirect 0, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// No false positive where there is nothing.
int main(void) { return 0; }
