// SPDX-License-Identifier: Apache-2.0
// Which processes of a run kept books, and which of them still run?
#include "run_books.h"

#include <fcntl.h>

#include <cstring>
#include <filesystem>
#include <optional>

#include "../../preload/contract/file_names.h"
#include "../open_file.h"
#include "../presentable.h"
#include "../process_look.h"

namespace leakhook {
namespace {

template <std::size_t kSize>
std::string text_in(const char (&bytes)[kSize]) {
  return presentable(std::string(bytes, strnlen(bytes, kSize)));
}

std::optional<Book> book_at(const std::string& path) {
  const FileHeader header(OpenFile(path, O_NOFOLLOW));
  if (!header || header->layout_version != kLayoutVersion || header->packed) return {};
  Book book{header->pid,
            header->process_start_ticks,
            text_in(header->program),
            false,
            header->state.load() == ProcessState::ending};
  book.is_open = ProcessLook(book.pid, book.start_ticks).is_alive();
  return book;
}

}  // namespace

std::vector<Book> books_in(const std::string& folder) {
  std::vector<Book> books;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    if (entry.path().extension() != kSegmentSuffix) continue;
    if (auto book = book_at(entry.path().string())) books.push_back(std::move(*book));
  }
  return books;
}

}  // namespace leakhook
