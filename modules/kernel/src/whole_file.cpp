// SPDX-License-Identifier: Apache-2.0
#include "banyan/kernel/whole_file.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>

namespace banyan {

// Not by a stream: that has no words for why it failed, and throws when reading breaks off.
std::expected<std::string, std::error_code> whole_file(const std::filesystem::path& file) {
  const auto failed = [] {
    return std::unexpected(std::error_code(errno, std::generic_category()));
  };
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> open(std::fopen(file.c_str(), "rb"),
                                                             &std::fclose);
  if (!open) return failed();
  std::string text;
  std::array<char, 16'384> part;
  while (const std::size_t count = std::fread(part.data(), 1, part.size(), open.get())) {
    text.append(part.data(), count);
  }
  if (std::ferror(open.get()) != 0) return failed();
  return text;
}

}  // namespace banyan
