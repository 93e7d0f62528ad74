// SPDX-License-Identifier: Apache-2.0
// Which suppressions did its author compile into a program? A function returns them. What compilers
// make of `return "…";` is a handful of instructions, which are followed here; of anything else we
// say that it cannot be read.
#include "embedded_suppressions.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include "../debug_files.h"
#include "../elf_file.h"
#include "suppressions.h"

namespace leakhook::verdict {
namespace {

using namespace std::string_view_literals;

constexpr const char* kFunction = "__lsan_default_suppressions";
constexpr std::size_t kLongestText = std::size_t{1} << 20;
constexpr int kMostSteps = 64;

/// An executable as its code would see it at the address it was linked for.
class Image {
 public:
  explicit Image(const ElfFile& file) : elf_(file.elf()) {
    bytes_ = elf_rawfile(elf_, &size_);
    for (Elf_Scn* at = elf_nextscn(elf_, nullptr); at; at = elf_nextscn(elf_, at)) {
      GElf_Shdr header;
      if (!gelf_getshdr(at, &header) || header.sh_entsize == 0) continue;
      if (header.sh_type == SHT_SYMTAB || header.sh_type == SHT_DYNSYM) find_function(at, header);
      if (header.sh_type == SHT_RELA) add_relocations(at, header);
    }
  }

  std::optional<std::uint64_t> function() const { return function_; }

  /// What the file has there, up to the end of the segment; empty: nothing.
  std::string_view at(std::uint64_t address) const {
    std::size_t count = 0;
    if (elf_getphdrnum(elf_, &count) != 0 || !bytes_) return {};
    for (std::size_t i = 0; i < count; ++i) {
      GElf_Phdr part;
      if (!gelf_getphdr(elf_, static_cast<int>(i), &part) || part.p_type != PT_LOAD) continue;
      if (address < part.p_vaddr || address - part.p_vaddr >= part.p_filesz) continue;
      if (part.p_offset > size_ || part.p_filesz > size_ - part.p_offset) continue;
      const std::uint64_t from = address - part.p_vaddr;
      return {bytes_ + part.p_offset + from, static_cast<std::size_t>(part.p_filesz - from)};
    }
    return {};
  }

  /// The pointer there once the loader is done.
  std::optional<std::uint64_t> pointer_at(std::uint64_t address) const {
    const auto relocated = pointers_.find(address);
    if (relocated != pointers_.end()) return relocated->second;
    const std::string_view bytes = at(address);
    if (bytes.size() < 8) return std::nullopt;
    std::uint64_t value = 0;
    std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }

  std::optional<std::string> text_at(std::uint64_t address) const {
    const std::string_view bytes = at(address).substr(0, kLongestText);
    const std::size_t end = bytes.find('\0');
    if (end == std::string_view::npos) return std::nullopt;
    return std::string(bytes.substr(0, end));
  }

 private:
  void find_function(Elf_Scn* section, const GElf_Shdr& header) {
    Elf_Data* content = elf_getdata(section, nullptr);
    for (int i = 0; content && i < static_cast<int>(header.sh_size / header.sh_entsize); ++i) {
      GElf_Sym symbol;
      if (!gelf_getsym(content, i, &symbol) || symbol.st_shndx == SHN_UNDEF) continue;
      const char* name = elf_strptr(elf_, header.sh_link, symbol.st_name);
      if (name && std::strcmp(name, kFunction) == 0) function_ = symbol.st_value;
    }
  }

  void add_relocations(Elf_Scn* section, const GElf_Shdr& header) {
    Elf_Data* content = elf_getdata(section, nullptr);
    for (int i = 0; content && i < static_cast<int>(header.sh_size / header.sh_entsize); ++i) {
      GElf_Rela row;
      if (!gelf_getrela(content, i, &row)) continue;
      if (GELF_R_TYPE(row.r_info) == R_X86_64_RELATIVE)
        pointers_[row.r_offset] = static_cast<std::uint64_t>(row.r_addend);
    }
  }

  Elf* elf_;
  const char* bytes_ = nullptr;
  std::size_t size_ = 0;
  std::optional<std::uint64_t> function_;
  std::map<std::uint64_t, std::uint64_t> pointers_;
};

enum class Step : std::uint8_t {
  pass,        ///< changes nothing that matters
  address,     ///< lea rax, [rip + disp32]
  load,        ///< mov rax, [rip + disp32]
  load_fixed,  ///< mov rax, [disp32]
  load_again,  ///< mov rax, [rax]
  add,         ///< add rax, imm8
  number,      ///< mov eax, imm32
  far_number,  ///< movabs rax, imm64
  zero,
  keep,     ///< mov [rbp + disp8], rax
  restore,  ///< mov rax, [rbp + disp8]
  near_jump,
  jump,
  back,
};

struct Form {
  std::string_view opcode;
  std::size_t size;  ///< of the whole instruction
  Step step;
};

constexpr Form kForms[] = {
    {"\xf3\x0f\x1e\xfa"sv, 4, Step::pass},  // endbr64
    {"\x55"sv, 1, Step::pass},              // push rbp
    {"\x48\x89\xe5"sv, 3, Step::pass},      // mov rbp, rsp
    {"\x5d"sv, 1, Step::pass},              // pop rbp
    {"\xc9"sv, 1, Step::pass},              // leave
    {"\x48\x83\xec"sv, 4, Step::pass},      // sub rsp, imm8
    {"\x48\x83\xc4"sv, 4, Step::pass},      // add rsp, imm8
    {"\x90"sv, 1, Step::pass},              // nop
    {"\x66\x90"sv, 2, Step::pass},
    {"\x0f\x1f\x00"sv, 3, Step::pass},
    {"\x0f\x1f\x40"sv, 4, Step::pass},
    {"\x0f\x1f\x44\x00"sv, 5, Step::pass},  // the place of a call to __fentry__
    {"\x48\x83\x05"sv, 8, Step::pass},      // add [rip + disp32], imm8: counts coverage
    {"\x48\x83\xc0"sv, 4, Step::add},
    {"\x48\x89\x05"sv, 7, Step::pass},  // mov [rip + disp32], rax
    {"\x48\x8d\x05"sv, 7, Step::address},
    {"\x48\x8b\x05"sv, 7, Step::load},
    {"\x48\x8b\x04\x25"sv, 8, Step::load_fixed},
    {"\x48\x8b\x00"sv, 3, Step::load_again},
    {"\xb8"sv, 5, Step::number},
    {"\x48\xc7\xc0"sv, 7, Step::number},
    {"\x48\xb8"sv, 10, Step::far_number},
    {"\x31\xc0"sv, 2, Step::zero},
    {"\x48\x89\x45"sv, 4, Step::keep},
    {"\x48\x8b\x45"sv, 4, Step::restore},
    {"\xeb"sv, 2, Step::near_jump},
    {"\xe9"sv, 5, Step::jump},
    {"\xc3"sv, 1, Step::back},
    {"\xf3\xc3"sv, 2, Step::back},
};

/// Follows the code of a function without arguments until it returns.
class Follower {
 public:
  explicit Follower(const Image& image) : image_(image) {}

  /// What it returns; null: something else than the forms above.
  std::optional<std::uint64_t> result_of(std::uint64_t function) {
    at_ = function;
    for (int i = 0; i < kMostSteps; ++i) {
      const std::string_view code = image_.at(at_);
      const auto* form = std::find_if(std::begin(kForms), std::end(kForms), [&](const Form& one) {
        return code.size() >= one.size && code.starts_with(one.opcode);
      });
      if (form == std::end(kForms)) return std::nullopt;
      if (form->step == Step::back) return rax_;
      at_ += form->size;
      take(form->step, code.substr(0, form->size));
    }
    return std::nullopt;
  }

 private:
  /// The last bytes of an instruction as a signed number.
  template <class Number>
  static std::uint64_t operand(std::string_view code) {
    Number number = 0;
    std::memcpy(&number, code.data() + code.size() - sizeof number, sizeof number);
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(number));
  }

  void take(Step step, std::string_view code) {
    switch (step) {
      case Step::address:
        rax_ = at_ + operand<std::int32_t>(code);
        break;
      case Step::load:
        rax_ = image_.pointer_at(at_ + operand<std::int32_t>(code));
        break;
      case Step::load_fixed:
        rax_ = image_.pointer_at(operand<std::int32_t>(code));
        break;
      case Step::load_again:
        rax_ = rax_ ? image_.pointer_at(*rax_) : rax_;
        break;
      case Step::add:
        if (rax_) *rax_ += operand<std::int8_t>(code);
        break;
      case Step::number:
        rax_ = operand<std::int32_t>(code);
        break;
      case Step::far_number:
        rax_ = operand<std::int64_t>(code);
        break;
      case Step::zero:
        rax_ = 0;
        break;
      case Step::keep:
        slots_[operand<std::int8_t>(code)] = rax_;
        break;
      case Step::restore:
        rax_ = slots_[operand<std::int8_t>(code)];
        break;
      case Step::near_jump:
        at_ += operand<std::int8_t>(code);
        break;
      case Step::jump:
        at_ += operand<std::int32_t>(code);
        break;
      case Step::pass:
      case Step::back:
        break;
    }
  }

  const Image& image_;
  std::uint64_t at_ = 0;
  std::optional<std::uint64_t> rax_;
  std::map<std::uint64_t, std::optional<std::uint64_t>> slots_;  ///< by distance from rbp
};

/// Null: it cannot be read.
std::optional<std::string> returned_text(const Image& image) {
  const std::optional<std::uint64_t> text = Follower(image).result_of(*image.function());
  if (text && *text == 0) return std::string();
  return text ? image.text_at(*text) : std::nullopt;
}

}  // namespace

std::string add_embedded_suppressions(const std::string& path, const std::string& build_id,
                                      std::vector<Suppression>* rules) {
  const std::unique_ptr<ElfFile> file = ElfFile::open(path);
  if (!file || gelf_getclass(file->elf()) != ELFCLASS64) return {};
  const Image image(*file);
  if (!image.function()) return {};
  if (!build_id.empty() && hex(file->build_id()) != build_id)
    return path + ": its embedded suppressions are not used: another build ran";
  const std::optional<std::string> text = returned_text(image);
  if (!text)
    return path + ": cannot read the embedded suppressions: " + kFunction +
           " does more than to return a text; write them to a file";
  return parse_suppressions(*text, std::string(kFunction) + " of " + path, rules);
}

std::vector<std::string> add_embedded_suppressions(const std::vector<Dump>& dumps,
                                                   std::vector<Suppression>* rules) {
  std::set<std::pair<std::string, std::string>> seen;
  std::vector<std::string> remarks;
  for (const Dump& dump : dumps) {
    if (dump.executable.empty() || !seen.emplace(dump.executable, dump.build_id).second) continue;
    std::string remark = add_embedded_suppressions(dump.executable, dump.build_id, rules);
    if (!remark.empty()) remarks.push_back(std::move(remark));
  }
  return remarks;
}

}  // namespace leakhook::verdict
