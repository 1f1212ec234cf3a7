// SPDX-License-Identifier: Apache-2.0
#include "terminal.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>

namespace banyan::cli {
namespace {

bool colours() {
  static const bool on = [] {
    const char* refused = std::getenv("NO_COLOR");
    const char* terminal = std::getenv("TERM");
    return isatty(STDOUT_FILENO) == 1 && (refused == nullptr || *refused == '\0') &&
           terminal != nullptr && std::string_view(terminal) != "dumb";
  }();
  return on;
}

// Code points, which is near enough to columns for what stands in our tables.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string harmless(std::string_view text) {
  std::string copy(text);
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(copy[at]); };
  for (std::size_t i = 0; i < copy.size(); ++i) {
    if (byte(i) < 0x20 || byte(i) == 0x7F) {
      copy[i] = '?';
    } else if (byte(i) == 0xC2 && i + 1 < copy.size() && byte(i + 1) >= 0x80 &&
               byte(i + 1) < 0xA0) {
      // U+0080 to U+009F: the second form of control characters, U+009B begins as ESC [ does.
      copy[i] = copy[i + 1] = '?';
    }
  }
  return copy;
}

/// The lines of a message, each harmless. All but the first are set off by blanks, so that no text
/// that came from elsewhere passes for a message of its own.
std::string harmless_lines(std::string_view text) {
  text = text.substr(0, text.find_last_not_of("\r\n") + 1);
  std::string all;
  for (bool first = true; first || !text.empty(); first = false) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!first) all += line.starts_with("  ") ? "\n" : "\n  ";
    all += harmless(line);
  }
  return all;
}

}  // namespace

std::string paint(std::string_view text, Tone tone) {
  std::string clean = harmless(text);
  if (!colours() || tone == Tone::Plain) return clean;
  const char* code = "0";
  switch (tone) {
    case Tone::Plain: break;
    case Tone::Strong: code = "1"; break;
    case Tone::Good: code = "32"; break;
    case Tone::Warning: code = "33"; break;
    case Tone::Bad: code = "31"; break;
    case Tone::Faint: code = "2"; break;
  }
  return std::string("\x1b[") + code + 'm' + clean + "\x1b[0m";
}

void print_table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  }
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += harmless(row[i]);
      if (i + 1 < row.size()) line.append(widths[i] - width(row[i]) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    std::cout << (&row == &rows.front() ? paint(line, Tone::Strong) : line) << '\n';
  }
}

void print_line(std::string_view text) { std::cout << text << '\n'; }

void print_json(const nlohmann::ordered_json& document, int indent) {
  print_line(document.dump(indent, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

std::string standard_input() {
  return {std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
}

void announce(std::string_view what) { std::cerr << harmless_lines(what) << '\n'; }

void print_error(std::string_view message) {
  std::cerr << "banyan: " << harmless_lines(message) << '\n';
}

void print_error(const Error& error, bool json) {
  if (!json) {
    print_error(error.message);
    for (const Detail& detail : error.details) {
      // Of what a person did not write, a place in a document, the sentence alone is for people.
      if (error.message.find(detail.problem) != std::string::npos) continue;
      std::cerr << "  " << harmless(detail.where) << (detail.where.empty() ? "" : ": ")
                << harmless_lines(detail.problem) << '\n';
    }
    return;
  }
  nlohmann::ordered_json object = {
      {"code", to_string(error.code)}, {"rule", error.rule}, {"detail", error.message}};
  for (const Detail& detail : error.details) {
    object["details"].push_back({{"where", detail.where}, {"problem", detail.problem}});
  }
  print_json(object);
}

}  // namespace banyan::cli
