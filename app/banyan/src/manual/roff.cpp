// SPDX-License-Identifier: Apache-2.0
#include "manual/roff.hpp"

#include <algorithm>
#include <cctype>

namespace banyan::cli::manual::roff {
namespace {

std::string upper(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](unsigned char each) { return static_cast<char>(std::toupper(each)); });
  return out;
}

}  // namespace

std::string literal(std::string_view text) {
  std::string out;
  for (const char each : text) {
    if (each == '\\') {
      out += "\\e";
    } else if (each == '-') {
      out += "\\-";
    } else if ((each == '.' || each == '\'') && (out.empty() || out.back() == '\n')) {
      // At the beginning of a line it would be a request.
      out += std::string("\\&") + each;
    } else {
      out += each;
    }
  }
  return out;
}

std::string bold(std::string_view text) { return "\\fB" + literal(text) + "\\fR"; }

std::string italic(std::string_view text) { return "\\fI" + literal(text) + "\\fR"; }

std::string prose(std::string_view text) {
  std::string out;
  bool code = false;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t end = rest.find('`');
    const std::string_view piece = rest.substr(0, end);
    out += code ? bold(piece) : literal(piece);
    code = !code;
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  return out;
}

std::string sentence(std::string_view text) {
  return prose(text) + (text.empty() || text.ends_with('.') ? "\n" : ".\n");
}

std::string title(std::string_view name, int section, std::string_view date,
                  std::string_view version) {
  return ".TH " + literal(upper(name)) + ' ' + std::to_string(section) + " \"" + std::string(date) +
         "\" \"Banyan " + std::string(version) + "\" \"Banyan\"\n";
}

std::string heading(std::string_view text) { return ".SH \"" + upper(text) + "\"\n"; }

}  // namespace banyan::cli::manual::roff
