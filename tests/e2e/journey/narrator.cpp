// SPDX-License-Identifier: Apache-2.0
#include "narrator.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <cstdio>

namespace journey {

std::string Narrator::paint(std::string_view text, std::string_view code) const {
  return colour_ ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
}

namespace {

/// As a shell reads it as one word.
std::string quoted(const std::string& word) {
  constexpr std::string_view kPlain = "@%+=:,./_-";
  const bool plain = !word.empty() && std::ranges::all_of(word, [&](unsigned char c) {
    return std::isalnum(c) != 0 || kPlain.contains(static_cast<char>(c));
  });
  if (plain) return word;
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

}  // namespace

void Narrator::chapter(std::string_view title, std::string_view why) {
  const std::chrono::duration<double> since = std::chrono::steady_clock::now() - begin_;
  fmt::print("\n{} {}\n", paint(fmt::format("{}. {}", ++chapters_, title), "1"),
             paint(fmt::format("[{:.1f} s]", since.count()), "2"));
  say(why);
}

void Narrator::say(std::string_view text) {
  fmt::print("   {}\n", text);
  std::fflush(stdout);
}

void Narrator::command(const std::vector<std::string>& words, std::string_view comment) {
  std::string line;
  for (const std::string& word : words) line += (line.empty() ? "" : " ") + quoted(word);
  if (!comment.empty()) line.append("   # ").append(comment);
  fmt::print("   {}\n", paint("$ " + line, "36"));
  std::fflush(stdout);
}

void Narrator::quote(std::string_view text, std::size_t most_lines) {
  std::size_t lines = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (++lines > most_lines) {
      fmt::print("     {}\n", paint("…", "2"));
      break;
    }
    fmt::print("     {}\n", paint(text.substr(0, end), "2"));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  std::fflush(stdout);
}

void Narrator::prove(bool holds, std::string_view claim, std::string_view evidence) {
  fmt::print("   {} {}: {}\n", holds ? paint("✓", "32") : paint("✗", "31"), claim, evidence);
  std::fflush(stdout);
  if (!holds) throw Broken(fmt::format("{}: {}", claim, evidence));
  rows_.push_back({std::string(claim), std::string(evidence)});
}

void Narrator::table() const {
  std::size_t width = 0;
  for (const Row& row : rows_) width = std::max(width, row.claim.size());
  fmt::print("\n{}\n", paint("What this journey proved", "1"));
  for (const Row& row : rows_)
    fmt::print("  {} {:<{}}  {}\n", paint("✓", "32"), row.claim, width, row.evidence);
  std::fflush(stdout);
}

}  // namespace journey
