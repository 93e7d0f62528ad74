// SPDX-License-Identifier: Apache-2.0
// Which entry of .eh_frame describes this address? Finds and parses it; trusts no byte of it.
#pragma once
#include <cstdint>

#include "bytes.h"
#include "capture.h"

namespace leakhook::unwind {

/// One function's unwind table: an FDE and the CIE it shares with others.
struct Description {
  Address begin = 0;  ///< the code it describes
  Address end = 0;
  std::uint64_t code_factor = 1;
  std::int64_t data_factor = 1;
  std::uint64_t return_register = 0;
  std::uint8_t pointer_encoding = 0;
  bool has_augmentation_size = false;
  bool is_signal_frame = false;  ///< the registers it restores were interrupted, not called from
  Bytes shared_program;          ///< instructions of the CIE
  Bytes program;                 ///< instructions of the FDE
  Extent frames;                 ///< .eh_frame with what surrounds it: all that may be read
};

/// False: no entry covers `pc`, or the table is broken. Async-signal-safe.
bool find_description(const Object& object, Address pc, Description* out);

/// The same for a header at `header` in the readable `extent`; `frames` of another segment are not
/// followed.
bool find_description_in(const Extent& extent, Address header, Address pc, Description* out);

/// Reads a pointer as `encoding` (DW_EH_PE_*) says. False: an encoding that eh_frame must not use
/// here.
bool read_encoded(Bytes* bytes, std::uint8_t encoding, Address data_base, Address* out);

}  // namespace leakhook::unwind
