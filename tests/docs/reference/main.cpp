// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <set>
#include <string>

#include "reference/pages.hpp"

namespace {

std::string content_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

/// The first line in which they differ, for the message.
std::size_t first_difference(const std::string& left, const std::string& right) {
  std::size_t line = 1;
  for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
    if (left[i] != right[i]) return line;
    if (left[i] == '\n') ++line;
  }
  return line;
}

}  // namespace

/// `reference FOLDER`: do the pages there say what the code says? Exit code 1 when not. With
/// --write behind it they are rewritten.
int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "reference FOLDER [--write]\n";
    return 2;
  }
  const bool write = argc > 2 && std::string(argv[2]) == "--write";
  bool stale = false;
  std::string all;
  for (const auto& entry : std::filesystem::directory_iterator(argv[1])) {
    if (entry.path().extension() != ".md") continue;
    const std::string page = content_of(entry.path());
    std::string made;
    try {
      made = reference::with_blocks(page);
    } catch (const std::exception& wrong) {
      std::cerr << entry.path().string() << ": " << wrong.what() << '\n';
      return 1;
    }
    all += made;
    if (made == page) continue;
    if (write) {
      std::ofstream(entry.path(), std::ios::binary) << made;
      std::cout << "rewritten: " << entry.path().string() << '\n';
      continue;
    }
    stale = true;
    std::cerr << entry.path().string() << ':' << first_difference(page, made)
              << ": this is not what the code says. Run: ./dev reference\n";
  }
  for (const auto& [name, block] : reference::blocks()) {
    if (all.find("made of the code: " + name + " -->") != std::string::npos) continue;
    stale = true;
    std::cerr << argv[1] << ": no page has a place for \"" << name << "\"\n";
  }
  return stale ? 1 : 0;
}
