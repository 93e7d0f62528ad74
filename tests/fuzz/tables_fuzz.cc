// SPDX-License-Identifier: Apache-2.0
// Which unwind tables harm the service? All bytes of a segment with a header at its start may lie;
// nothing outside of it is read. An input is the segment, with addresses relative to it.
#include <vector>

#include "../../unwind/compile.h"
#include "../../unwind/eh_frame.h"
#include "../../unwind/expression.h"
#include "fuzz.h"

using namespace leakhook;
using namespace leakhook::unwind;
using fuzz::require;

namespace {

constexpr Where kExpressions[] = {Where::at_expression, Where::expression};

void evaluate_all(const Description& description, const Row& row) {
  machine::Registers registers{};
  registers.known = (1u << machine::kRegisters) - 1;
  const std::uint64_t cfa = 0x7000;
  std::uint64_t result = 0;
  const auto try_one = [&](std::int32_t distance) {
    const Bytes code = expression_at(description, distance);
    require(code.is_empty() ||
                (code.at() >= description.frames.low && code.end() <= description.frames.high),
            "an expression lies in the tables");
    evaluate(code, registers, nullptr, &cfa, &result);
  };
  if (row.cfa_register == Row::kByExpression) try_one(row.cfa_value);
  for (unsigned i = 0; i < machine::kRegisters; ++i)
    for (const Where where : kExpressions)
      if (row.where[i] == where) try_one(row.value[i]);
}

/// The same bytes tell the same whatever lies around them.
void look_up(const Extent& extent, Address pc) {
  Description description;
  if (!find_description_in(extent, extent.low, pc, &description)) return;
  require(pc >= description.begin && pc < description.end, "an entry covers its address");
  Row row;
  if (!row_at(description, pc, &row)) return;
  require(row.cfa_register < machine::kRegisters || row.cfa_register == Row::kByExpression,
          "a row has a CFA");
  const Rule rule = compile_row(description, row, pc);
  require(rule.kind() != Rule::absent || rule.is_usual() || rule.bits() != 0, "a rule is one");
  evaluate_all(description, row);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  fuzz::Input in(bytes, size);
  const Address distance = in.next<std::int32_t>();
  // Exactly as large as what may be read: one byte more is the sanitizer's.
  const std::vector<std::uint8_t> segment(in.rest().begin(), in.rest().end());
  const auto low = reinterpret_cast<Address>(segment.data());
  const Extent extent{low, low + segment.size()};
  look_up(extent, low + distance);
  look_up(extent, low);
  look_up(extent, 0);
  return 0;
}
