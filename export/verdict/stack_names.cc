// SPDX-License-Identifier: Apache-2.0
// What is a stack called, in every run and build of the same source?
#include "stack_names.h"

#include <algorithm>
#include <cctype>

#include "../allocator_frames.h"
#include "../base_name.h"
#include "../demangle.h"

namespace leakhook::verdict {
namespace {

bool is_word_sign(char sign) {
  return std::isalnum(static_cast<unsigned char>(sign)) || sign == '_' || sign == '$';
}

/// Longer ones first.
constexpr std::string_view kOperators[] = {
    "()", "[]", "<=>", "<<=", ">>=", "->*", "<<", ">>", "<=", ">=", "->", "&&", "||",
    "==", "!=", "+=",  "-=",  "*=",  "/=",  "%=", "^=", "&=", "|=", "++", "--", "<",
    ">",  "+",  "-",   "*",   "/",   "%",   "^",  "&",  "|",  "~",  "!",  "=",  ","};

/// Reads a demangled name from the left and keeps what its author wrote as the function's name.
class NameReader {
 public:
  explicit NameReader(std::string_view name, int depth = 0) : rest_(name), depth_(depth) {}

  std::string read() {
    // Rust: "<Type as Trait>::method".
    if (rest_.starts_with('<') && depth_ < kDeepest) {
      const std::string_view inner = take_bracket('<', '>');
      out_ = "<" + qualifier(inner.substr(1, inner.size() - 2)) + ">";
    }
    while (!rest_.empty()) read_next();
    return out_;
  }

 private:
  void read_next() {
    switch (rest_[0]) {
      case '<':
        return take_bracket('<', '>'), void(out_ += "<>");
      case '(':
        return read_parentheses();
      case '{':
        return read_braces();
      case '[':
        // The ABI tag or "[clone .cold]"; "operator new[]" keeps its own.
        if (rest_.starts_with("[]")) return keep(2);
        return void(take_bracket('[', ']'));
      case ' ':
        return read_blank();
      default:
        return read_word();
    }
  }

  void keep(std::size_t size) {
    out_ += rest_.substr(0, size);
    rest_.remove_prefix(size);
  }

  /// Up to the bracket that closes the first one; all of it when none does.
  std::string_view take_bracket(char opening, char closing) {
    int depth = 0;
    std::size_t at = 0;
    for (; at < rest_.size(); ++at) {
      if (closing == '>' && rest_.substr(at).starts_with("->"))
        ++at;
      else if (rest_[at] == opening)
        ++depth;
      else if (rest_[at] == closing && --depth == 0)
        break;
    }
    const std::string_view taken = rest_.substr(0, std::min(at + 1, rest_.size()));
    rest_.remove_prefix(taken.size());
    return taken;
  }

  std::string qualifier(std::string_view inner) const {
    const auto read = [&](std::string_view name) { return NameReader(name, depth_ + 1).read(); };
    const std::size_t as = inner.find(" as ");
    if (as == std::string_view::npos) return read(inner);
    return read(inner.substr(0, as)) + " as " + read(inner.substr(as + 4));
  }

  /// Arguments say nothing that the name does not; and they are spelt in many ways.
  void read_parentheses() {
    if (take_bracket('(', ')') == "(anonymous namespace)") {
      out_ += "(anonymous)";
      return;
    }
    // Of a member function, also before the "::" of something local to it.
    static constexpr std::string_view kTails[] = {" const", " volatile", " &&", " &", " noexcept"};
    for (bool is_tail = true; is_tail;) {
      is_tail = false;
      for (const std::string_view tail : kTails) {
        if (!rest_.starts_with(tail)) continue;
        rest_.remove_prefix(tail.size());
        is_tail = true;
      }
    }
  }

  /// "{lambda(int)#1}", "{closure#0}", "{{closure}}": the number counts those before it.
  void read_braces() {
    const std::string_view braces = take_bracket('{', '}');
    const std::size_t first = std::min(braces.find_first_not_of('{'), braces.size());
    std::size_t end = first;
    while (end < braces.size() && is_word_sign(braces[end])) ++end;
    out_ += "{" + std::string(braces.substr(first, end - first)) + "}";
  }

  /// What stood before a blank was the type of the result, but for "operator new", "operator bool".
  void read_blank() {
    rest_.remove_prefix(1);
    if (is_operator_)
      out_ += ' ';
    else
      out_.clear();
  }

  void read_word() {
    std::size_t size = 0;
    while (size < rest_.size() && is_word_sign(rest_[size])) ++size;
    if (size == 0) return keep(1);
    const std::string_view word = rest_.substr(0, size);
    const bool is_lambda = word.starts_with("$_");  // clang's names of those without linkage
    if (!is_lambda) return keep(size), read_operator(word);
    out_ += "{lambda}";
    rest_.remove_prefix(size);
  }

  void read_operator(std::string_view word) {
    is_operator_ = word == "operator" && (rest_.starts_with(' ') || rest_.starts_with('"'));
    if (word != "operator" || is_operator_) return;
    for (const std::string_view sign : kOperators) {
      if (!rest_.starts_with(sign)) continue;
      keep(sign.size());
      // "operator<< <char>": the blank keeps the brackets apart.
      if (rest_.starts_with(" <")) rest_.remove_prefix(1);
      return;
    }
  }

  /// Traits within qualifiers of traits: more only in a name that somebody made to harm.
  static constexpr int kDeepest = 16;

  std::string_view rest_;
  int depth_;
  std::string out_;
  bool is_operator_ = false;  ///< in the name of a conversion, of new or delete
};

bool is_general_library(std::string_view module) {
  static constexpr std::string_view kFiles[] = {"libc.so.",      "libc-2.",       "libpthread.so.",
                                                "libm.so.",      "libdl.so.",     "librt.so.",
                                                "ld-linux",      "libstdc++.so.", "libc++.so.",
                                                "libc++abi.so.", "libgcc_s.so.",  "libleakhook.so"};
  const std::string_view file = base_name(module);
  return is_allocator_module(file) ||
         std::any_of(std::begin(kFiles), std::end(kFiles),
                     [&](std::string_view name) { return file.starts_with(name); });
}

bool is_standard_library(const Frame& frame) {
  const std::string name = normalised_name(frame);
  const auto starts = [&](std::string_view scope) {
    return name.starts_with(scope) || (name.starts_with('<') && name.substr(1).starts_with(scope));
  };
  if (is_rust_name(frame.system_name))
    return starts("std::") || starts("core::") || starts("alloc::");
  return starts("std::") || starts("__gnu_cxx::") || starts("__cxxabiv1::");
}

/// Debug data has no name for the class of a closure, so a call that was inlined has none either.
std::string without_unnamed(std::string name) {
  for (const std::string_view unnamed : {"{lambda}::", "{unnamed}::"})
    for (std::size_t at = 0; (at = name.find(unnamed, at)) != std::string::npos;)
      name.erase(at, unnamed.size());
  return name;
}

}  // namespace

bool has_name(const Frame& frame) {
  // "[libz.so.1+0x1234]", "[0x1234]", and the first without its brackets.
  std::string_view text = frame.function;
  const bool is_bracketed = text.starts_with('[') && text.ends_with(']');
  if (is_bracketed) text = text.substr(1, text.size() - 2);
  const std::size_t number = text.rfind("0x");
  if (number == std::string_view::npos) return !text.empty();
  const bool is_offset = number == 0 ? is_bracketed : text[number - 1] == '+';
  return !is_offset || text.find_first_not_of("0123456789abcdef", number + 2) != text.npos;
}

std::string normalised_name(const Frame& frame) {
  if (!has_name(frame))
    return "[" + std::string(frame.module.empty() ? "unknown" : base_name(frame.module)) + "]";
  if (frame.function.starts_with('[')) return frame.function;  // a remark of the exporter's
  std::string name = frame.function.substr(0, frame.function.find(" [clone "));
  name = without_clone_suffix(name);
  name = NameReader(name.substr(0, name.find('@'))).read();  // symbol versions
  for (char& sign : name)
    if (static_cast<unsigned char>(sign) < ' ') sign = '?';
  return name.empty() ? frame.function : name;
}

bool is_general(const Frame& frame) {
  return frame.function == "_start" || is_general_library(frame.module) ||
         is_allocator_function(frame.function) || is_standard_library(frame);
}

std::vector<std::string> StackNamer::names_of(const Stack& stack) {
  std::vector<std::string> names;
  for (const Frame& frame : stack) {
    const auto [at, is_new] = known_.try_emplace(frame.module + '\n' + frame.function);
    if (is_new && !is_general(frame)) at->second = without_unnamed(normalised_name(frame));
    const std::string& name = at->second;
    if (!name.empty() && (names.empty() || names.back() != name)) names.push_back(name);
  }
  if (names.empty()) names.push_back(stack.empty() ? "[unknown]" : normalised_name(stack[0]));
  return names;
}

std::vector<std::string> stack_names(const Stack& stack) { return StackNamer().names_of(stack); }

}  // namespace leakhook::verdict
