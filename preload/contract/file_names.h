// SPDX-License-Identifier: Apache-2.0
// How are the files of a dump called? STEM.<profile>.pb.gz, or STEM.lhk where it is a segment; until
// a file is whole, ".tmp." and the pid of its writer stand behind its name.
#pragma once

namespace leakhook {

inline constexpr char kProfileSuffix[] = ".pb.gz";
inline constexpr char kSegmentSuffix[] = ".lhk";
inline constexpr char kPartialSuffix[] = ".tmp.";

}  // namespace leakhook
