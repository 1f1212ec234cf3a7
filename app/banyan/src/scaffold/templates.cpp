// SPDX-License-Identifier: Apache-2.0
#include "scaffold/templates.hpp"

#include <stdexcept>

namespace banyan::cli::scaffold {

// Generated from templates/.
std::string_view embedded_file(std::string_view name);
const std::vector<std::string_view>& embedded_files();

namespace {

std::string filled(std::string_view text, const Words& words) {
  std::string out;
  while (true) {
    const std::size_t begin = text.find('@');
    out.append(text.substr(0, begin));
    if (begin == std::string_view::npos) return out;
    text.remove_prefix(begin + 1);
    const std::size_t end = text.find('@');
    const auto word = words.find(text.substr(0, end));
    if (end == std::string_view::npos || word == words.end()) {
      throw std::logic_error("a template has the unknown word @" +
                             std::string(text.substr(0, end)));
    }
    out.append(word->second);
    text.remove_prefix(end + 1);
  }
}

}  // namespace

std::vector<NewFile> files_of(std::string_view tree, const Words& words) {
  constexpr std::string_view kEnding = ".in";
  std::vector<NewFile> files;
  for (const std::string_view name : embedded_files()) {
    if (!name.starts_with(std::string(tree) + '/')) continue;
    std::string_view path = name.substr(tree.size() + 1);
    path.remove_suffix(kEnding.size());
    // A file with a dot in front would be overlooked by those who copy templates.
    const std::string named = path == "gitignore" ? ".gitignore" : filled(path, words);
    files.push_back({named, filled(embedded_file(name), words)});
  }
  return files;
}

std::string type_name(std::string_view name) {
  std::string type;
  bool begins = true;
  for (const char c : name) {
    if (c == '_') {
      begins = true;
    } else {
      type += begins && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
      begins = false;
    }
  }
  return type;
}

}  // namespace banyan::cli::scaffold
