// SPDX-License-Identifier: Apache-2.0
// Frames that look like the last ones but are not: what the checks of a splice are for.
#pragma once
#include <cstdint>

#include "frames.h"

extern "C" {
/// Calls callback(argument) twice from a frame that is left by its frame pointer
/// (by_frame_pointer). The second time that frame begins 16 bytes further down and is 16 bytes
/// smaller: the callback's return address stands where it stood, and the frame's own old one, too,
/// though it is not it.
void sliding_caller(Callback callback, void* argument);

/// Both call callback() without frame pointer, from frames of one size. One saves the frame pointer
/// first and then g_word_of_frame, the other the other way around.
void saves_first(void (*callback)());
void saves_second(void (*callback)());
extern std::uint64_t g_word_of_frame;

/// A callback whose argument is a function: jumps to g_frame_to_take with it, so that calls from
/// one place lead to several.
void take_frame(void* callback);
extern void (*g_frame_to_take)(void (*)());

/// Ends in the call of callback(argument), which must not return; in its frame stands an address
/// that the rule of the code behind it takes for the return address.
void baited_call(Callback callback, void* argument);

/// Code that is never run: see kMadeUp.
extern const char made_up_places[];
}

/// How the frames of made_up_places are left: one place every three bytes, the return address one
/// byte behind its beginning. The last one here saved the frame pointer where that points, whatever
/// is said; behind it comes one that has no caller.
struct MadeUp {
  bool is_by_frame_pointer;
  int offset;  ///< of the cfa, from the stack or the frame pointer
  int saved;   ///< where the frame pointer was saved, from the cfa; 0: it is the caller's
};
constexpr MadeUp kMadeUp[] = {
    {false, 16, 0},   {false, 16, -16}, {false, 24, 0},   {false, 24, -16}, {false, 32, 0},
    {false, 32, -16}, {false, 48, 0},   {false, 48, -16}, {false, 24, -24}, {false, 32, -24},
    {false, 48, -24}, {false, 48, -32}, {true, 16, -16},  {true, 24, -16},  {true, 32, 0},
    {true, 32, -24},  {false, 32, 0},
};
constexpr int kMadeUpOutermost = sizeof kMadeUp / sizeof kMadeUp[0];
inline std::uint64_t made_up_return(int which) {
  return reinterpret_cast<std::uint64_t>(made_up_places) + 3 * static_cast<unsigned>(which) + 1;
}
