// SPDX-License-Identifier: Apache-2.0
// From environment text to typed settings: one parser a type, one loop over the rows.
#include "settings.h"

#include <csignal>
#include <cstring>

#include "line.h"

namespace leakhook {
namespace {

constexpr char kPrefix[] = "LEAKHOOK_";
constexpr std::size_t kPrefixSize = sizeof kPrefix - 1;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool same_word(const char* a, const char* b) {
  for (; *a != 0 && lower(*a) == lower(*b); ++a, ++b) {
  }
  return lower(*a) == lower(*b);
}

/// Decimal digits at `*text`, moved past. False: none, or more than 2^53 (room for every unit).
bool parse_number(const char** text, std::uint64_t* out) {
  if (!is_digit(**text)) return false;
  std::uint64_t value = 0;
  for (; is_digit(**text); ++*text) {
    value = value * 10 + static_cast<std::uint64_t>(**text - '0');
    if (value >> 53 != 0) return false;
  }
  *out = value;
  return true;
}

struct Unit {
  const char* name;
  std::uint64_t factor;
};

template <std::size_t kCount>
bool parse_with_unit(const char* text, const Unit (&units)[kCount], std::uint64_t* out) {
  std::uint64_t value = 0;
  if (!parse_number(&text, &value)) return false;
  for (const Unit& unit : units) {
    if (!same_word(text, unit.name)) continue;
    if (value > ~std::uint64_t{0} / 2 / unit.factor) return false;
    *out = value * unit.factor;
    return true;
  }
  return false;
}

bool parse(const char* text, setting::Text* out) {
  if (std::strlen(text) >= sizeof out->value) return false;
  copy_text(out->value, text);
  return true;
}

bool parse(const char* text, setting::Flag* out) {
  const bool is_on = same_word(text, "1") || same_word(text, "on") || same_word(text, "yes") ||
                     same_word(text, "true");
  const bool is_off = same_word(text, "0") || same_word(text, "off") || same_word(text, "no") ||
                      same_word(text, "false");
  *out = is_on;
  return is_on || is_off;
}

bool parse(const char* text, setting::Level* out) {
  std::uint64_t value = 0;
  if (!parse_number(&text, &value) || *text != 0 || value > 9) return false;
  *out = static_cast<setting::Level>(value);
  return true;
}

bool parse(const char* text, setting::Bytes* out) {
  static constexpr Unit kUnits[] = {{"", 1},          {"B", 1},          {"K", 1u << 10},
                                    {"KB", 1u << 10}, {"KiB", 1u << 10}, {"M", 1u << 20},
                                    {"MB", 1u << 20}, {"MiB", 1u << 20}, {"G", 1u << 30},
                                    {"GB", 1u << 30}, {"GiB", 1u << 30}};
  return parse_with_unit(text, kUnits, out) && *out > 0;
}

bool parse(const char* text, setting::Duration* out) {
  static constexpr Unit kUnits[] = {{"", 1'000'000'000},     {"s", 1'000'000'000},
                                    {"ms", 1'000'000},       {"m", 60'000'000'000},
                                    {"min", 60'000'000'000}, {"h", 3'600'000'000'000}};
  if (same_word(text, "never")) return out->nanoseconds = setting::Duration::kNever, true;
  return parse_with_unit(text, kUnits, &out->nanoseconds);
}

bool parse(const char* text, setting::Signal* out) { return parse_signal(text, &out->number); }

bool parse(const char* text, setting::Children* out) {
  if (same_word(text, "all")) return *out = Children::all, true;
  if (same_word(text, "exec")) return *out = Children::exec, true;
  if (same_word(text, "none")) return *out = Children::none, true;
  return false;
}

bool parse(const char* text, setting::Allocator* out) {
  if (same_word(text, "system")) return *out = Allocator::system, true;
  if (same_word(text, "mimalloc")) return *out = Allocator::mimalloc, true;
  return false;
}

bool parse(const char* text, setting::Reach* out) {
  if (same_word(text, "off")) return *out = ReachWhen::off, true;
  if (same_word(text, "exit")) return *out = ReachWhen::exit, true;
  if (same_word(text, "all")) return *out = ReachWhen::all, true;
  return false;
}

/// The words of a comma list, each through take(word). False: one was not taken.
template <class Take>
bool parse_list(const char* text, Take take) {
  while (true) {
    Text<32> word;
    while (*text != 0 && *text != ',') word << *text++;
    if (!take(word.c_str())) return false;
    if (*text++ == 0) return true;
  }
}

bool parse(const char* text, setting::Labels* out) {
  out->set = 0;
  if (*text == 0) return true;
  return parse_list(text, [out](const char* word) {
    const unsigned meant = same_word(word, "fd")     ? kLabelFd
                           : same_word(word, "path") ? kLabelPath
                                                     : 0;
    out->set = static_cast<std::uint8_t>(out->set | meant);
    return meant != 0;
  });
}

/// The kinds behind one word of the list: a kind's label, or all kinds of a profile. 0: unknown.
KindSet kinds_named(const char* word) {
  if (same_word(word, "all")) return kAllKinds;
  KindSet set = 0;
  for (const KindRow& row : kKindRows) {
    const bool is_meant = same_word(word, row.label) ||
                          same_word(word, kProfileRows[static_cast<int>(row.profile)].name);
    if (is_meant) set |= bit_of(row.kind);
  }
  return set;
}

bool parse(const char* text, setting::Kinds* out) {
  out->set = 0;
  return parse_list(text, [out](const char* word) {
    const KindSet meant = kinds_named(word);
    out->set |= meant;
    return meant != 0;
  });
}

/// How many letters must be put in, taken out or changed to make one name of the other; names of up
/// to 31 letters (Levenshtein, one row at a time).
int distance(const char* a, const char* b) {
  int row[32];
  const int width = static_cast<int>(std::strlen(b)) < 31 ? static_cast<int>(std::strlen(b)) : 31;
  for (int j = 0; j <= width; ++j) row[j] = j;
  for (int i = 0; a[i] != 0 && i < 64; ++i) {
    int diagonal = row[0];
    row[0] = i + 1;
    for (int j = 0; j < width; ++j) {
      const int change = diagonal + (lower(a[i]) == lower(b[j]) ? 0 : 1);
      const int shift = (row[j] < row[j + 1] ? row[j] : row[j + 1]) + 1;
      diagonal = row[j + 1];
      row[j + 1] = change < shift ? change : shift;
    }
  }
  return row[width];
}

const char* nearest_name(const char* name) {
  static constexpr const char* kNames[] = {
#define SETTING(NAME, type, fallback, meaning) #NAME,
#include "../contract/settings.def"
  };
  const char* nearest = kNames[0];
  for (const char* candidate : kNames)
    if (distance(name, candidate) < distance(name, nearest)) nearest = candidate;
  return nearest;
}

/// A long value is named by its start and its length: the line must have room for the rest.
void complain_about_value(const char* entry, const char* value, const char* fallback,
                          void (*complain)(const char*)) {
  constexpr std::size_t kShown = 64;
  const std::size_t length = std::strlen(value);
  Line line;
  line << "bad value in " << kPrefix;
  for (; entry != value; ++entry) line << *entry;
  for (std::size_t i = 0; i < length && (length <= kShown || i < kShown / 2); ++i) line << value[i];
  if (length > kShown)
    line << "... (" << std::uint64_t{length} << " characters, at most "
         << std::uint64_t{sizeof(setting::Text) - 1} << " are read)";
  line << ": the default \"" << fallback << "\" is used";
  complain(line.c_str());
}

/// One environment entry behind the prefix: "NAME=value". False: no such setting.
bool apply(const char* entry, const char* name, const char* value, Settings* out,
           void (*complain)(const char*)) {
#define SETTING(NAME, type, fallback, meaning)              \
  if (std::strcmp(name, #NAME) == 0) {                      \
    if (*value == 0 && *fallback == 0) return true;         \
    if (parse(value, &out->NAME)) return true;              \
    complain_about_value(entry, value, fallback, complain); \
    parse(fallback, &out->NAME);                            \
    return true;                                            \
  }
#include "../contract/settings.def"
  return false;
}

}  // namespace

bool parse_signal(const char* text, int* number) {
  struct Named {
    const char* name;
    int number;
  };
  static constexpr Named kNamed[] = {{"HUP", SIGHUP},   {"INT", SIGINT},     {"QUIT", SIGQUIT},
                                     {"USR1", SIGUSR1}, {"USR2", SIGUSR2},   {"PIPE", SIGPIPE},
                                     {"ALRM", SIGALRM}, {"TERM", SIGTERM},   {"CONT", SIGCONT},
                                     {"URG", SIGURG},   {"WINCH", SIGWINCH}, {"IO", SIGIO},
                                     {"PWR", SIGPWR},   {"PROF", SIGPROF},   {"VTALRM", SIGVTALRM}};
  if (same_word(text, "none")) return *number = 0, true;
  if (lower(text[0]) == 's' && lower(text[1]) == 'i' && lower(text[2]) == 'g') text += 3;
  for (const Named& row : kNamed)
    if (same_word(text, row.name)) return *number = row.number, true;
  Text<8> head;
  for (int i = 0; i < 5 && text[i] != 0; ++i) head << text[i];
  std::uint64_t value = 0;
  if (same_word(head.c_str(), "rtmin") || same_word(head.c_str(), "rtmax")) {
    const bool is_min = lower(text[4]) == 'n';
    text += 5;
    const char sign = *text;
    const bool fits = sign == 0 || (sign == (is_min ? '+' : '-') && parse_number(&++text, &value));
    if (!fits || *text != 0) return false;
    const std::uint64_t range = static_cast<std::uint64_t>(SIGRTMAX - SIGRTMIN);
    if (value > range) return false;
    *number = is_min ? SIGRTMIN + static_cast<int>(value) : SIGRTMAX - static_cast<int>(value);
    return true;
  }
  if (!parse_number(&text, &value) || *text != 0 || value < 1 || value > 64) return false;
  if (value >= 32 && value < static_cast<std::uint64_t>(SIGRTMIN)) return false;  // libc's own
  if (value == SIGKILL || value == SIGSTOP) return false;
  *number = static_cast<int>(value);
  return true;
}

void read_settings(const char* const* environment, Settings* out,
                   void (*complain)(const char* line)) {
#define SETTING(NAME, type, fallback, meaning) parse(fallback, &out->NAME);
#include "../contract/settings.def"
  for (; environment != nullptr && *environment != nullptr; ++environment) {
    const char* entry = *environment;
    if (std::strncmp(entry, kPrefix, kPrefixSize) != 0) continue;
    entry += kPrefixSize;
    const char* equals = std::strchr(entry, '=');
    if (equals == nullptr) continue;
    Text<64> name;
    for (const char* c = entry; c != equals; ++c) name << *c;
    if (apply(entry, name.c_str(), equals + 1, out, complain)) continue;
    Line line;
    line << "unknown setting " << kPrefix << name.c_str() << ": did you mean " << kPrefix
         << nearest_name(name.c_str()) << "?";
    complain(line.c_str());
  }
}

void print_settings(void (*print)(const char* line)) {
  Line line;
#define SETTING(NAME, type, fallback, meaning)                                 \
  line.clear();                                                                \
  line << kPrefix << #NAME << "=" << fallback << "  (" #type "): " << meaning; \
  print(line.c_str());
#include "../contract/settings.def"
}

}  // namespace leakhook
