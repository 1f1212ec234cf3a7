// SPDX-License-Identifier: Apache-2.0
#include "comments.hpp"

#include <algorithm>

namespace banyan::strangler {
namespace {

constexpr std::size_t kColumns = 100;

std::string in_one_line(std::string_view text) {
  std::string line(text);
  std::ranges::replace_if(
      line, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, '?');
  return line;
}

}  // namespace

std::string wrapped(std::string_view text, std::string_view first, std::string_view next) {
  const std::string line = in_one_line(text);
  std::string out(first);
  std::size_t column = out.size();
  bool begun = false;
  for (std::string_view rest = line; !rest.empty();) {
    const std::size_t blank = std::min(rest.find(' '), rest.size());
    const std::string_view word = rest.substr(0, blank);
    rest.remove_prefix(std::min(blank + 1, rest.size()));
    if (word.empty()) continue;
    if (begun && column + 1 + word.size() > kColumns) {
      out.append("\n").append(next);
      column = next.size();
      begun = false;
    }
    if (begun) out += ' ';
    out += word;
    column += word.size() + (begun ? 1 : 0);
    begun = true;
  }
  return out += '\n';
}

std::string comment(std::string_view text) { return "# " + in_one_line(text) + '\n'; }

std::string file_head(std::string_view engine, const TableToExport& table, std::string_view lead) {
  const std::string start = std::string(lead) + ' ';
  std::string text =
      wrapped(std::string(kExportMark) + ' ' + std::string(engine) + "` from " + table.source +
                  ". A shift in Banyan does not reach it: run this "
                  "again, and reload.",
              start, start);
  return text + start + "  " + in_one_line(table.command) + '\n';
}

std::string differences_text(const std::vector<std::string>& differences) {
  std::string text = "#\n# What differs from Banyan:\n";
  for (const std::string& each : differences) text += wrapped(each, "#  * ", "#    ");
  return text;
}

}  // namespace banyan::strangler
