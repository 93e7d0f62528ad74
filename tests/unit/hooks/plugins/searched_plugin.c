// SPDX-License-Identifier: Apache-2.0
// A library that is found along the RUNPATH of searching_caller.c only.
int searched_answer(void) { return 42; }
