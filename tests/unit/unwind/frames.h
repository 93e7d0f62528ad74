// SPDX-License-Identifier: Apache-2.0
// Functions with frames that compilers seldom make. Each calls callback(argument) and returns.
#pragma once

using Callback = void (*)(void*);

extern "C" {
/// The plainest: 24 bytes of locals, no frame pointer.
void frame_by_stack_pointer(Callback callback, void* argument);
/// Keeps its CFA in a register of its own, as the loader's lazy binding does.
void frame_with_cfa_elsewhere(Callback callback, void* argument);
/// Says by expression where the CFA and a saved register are.
void frame_by_expression(Callback callback, void* argument);
/// Its last instruction is the call: the return address belongs to the next function. The callback
/// must not return.
void frame_ending_in_call(Callback callback, void* argument);
/// Has no unwind table, but a frame pointer.
void frame_without_table(Callback callback, void* argument);
/// Says that it has no caller.
void frame_outermost(Callback callback, void* argument);
/// Calls with a frame pointer of 0x4141… and an unwind table that does not need it.
void frame_with_wild_frame_pointer(Callback callback, void* argument);
}
