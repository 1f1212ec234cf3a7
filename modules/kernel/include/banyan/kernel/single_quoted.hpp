// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace banyan {

/// One word for a shell, whatever is in it: for commands that people copy.
inline std::string single_quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char each : text) {
    if (each == '\'') {
      quoted += R"('\'')";
    } else {
      quoted += each;
    }
  }
  return quoted + '\'';
}

/// The same, quoted only where that is needed: "/etc/banyan.toml" and "--listen=127.0.0.1:8080" are
/// what they are, "it's" and "" are not.
inline std::string shell_word(std::string_view text) {
  const bool is_option = text.starts_with('-');  // else "A=b" in front of a command is none of it
  const bool plain = !text.empty() && std::ranges::all_of(text, [is_option](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("/._-+:,").contains(c) || (is_option && c == '=');
  });
  return plain ? std::string(text) : single_quoted(text);
}

}  // namespace banyan
