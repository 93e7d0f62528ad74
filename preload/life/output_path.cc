// SPDX-License-Identifier: Apache-2.0
// Replacing the % sequences of OUTPUT without libc.
#include "output_path.h"

namespace leakhook::life {
namespace {

/// Days since 1970 to year, month, day (Hinnant, "chrono-Compatible Low-Level Date Algorithms").
void put_utc(Path& out, std::uint64_t seconds) {
  const std::uint64_t days = seconds / 86400 + 719468;
  const std::uint64_t era = days / 146097, day_of_era = days % 146097;
  const std::uint64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::uint64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::uint64_t shifted = (5 * day_of_year + 2) / 153;  // months from March
  const std::uint64_t month = shifted < 10 ? shifted + 3 : shifted - 9;
  const std::uint64_t year = year_of_era + era * 400 + (month <= 2);
  const std::uint64_t day = day_of_year - (153 * shifted + 2) / 5 + 1;
  out.digits(year, 4).digits(month, 2).digits(day, 2) << 'T';
  out.digits(seconds / 3600 % 24, 2).digits(seconds / 60 % 60, 2).digits(seconds % 60, 2) << 'Z';
}

bool put_sequence(Path& out, char letter, const DumpName& name) {
  switch (letter) {
    case 'e':
      out.file_name(name.program);
      return true;
    case 'p':
      out << std::uint64_t{name.pid};
      return true;
    case 'n':
      out.digits(name.number, 4);
      return true;
    case 'h':
      out.file_name(name.host);
      return true;
    case 't':
      put_utc(out, name.time);
      return true;
    case '%':
      out << '%';
      return true;
    default:
      return false;
  }
}

}  // namespace

Path expand_output(const char* pattern, const char* directory, const DumpName& name) {
  Path out;
  if (pattern[0] != '/') out << directory << '/';
  for (; *pattern != 0; ++pattern) {
    if (*pattern == '%' && put_sequence(out, pattern[1], name))
      ++pattern;
    else
      out << *pattern;
  }
  return out;
}

}  // namespace leakhook::life
