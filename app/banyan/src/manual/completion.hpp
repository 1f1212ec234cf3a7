// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "manual/command.hpp"

namespace banyan::cli::manual {

/// What a shell reads so that the tab key completes commands, options, their choices, files, and
/// the rollouts of ./banyan.toml and /etc/banyan/banyan.toml. Nobody is asked over the network for
/// it.
std::string bash_completion(const Command& root);
std::string zsh_completion(const Command& root);
std::string fish_completion(const Command& root);

/// How the value of an option or an argument is completed.
enum class Values : std::uint8_t {
  Nothing,
  Choices,
  Files,
  Configurations,  ///< files that are called *.toml
  Folders,
  Rollouts
};

Values values_of(const Option& option);

/// Prints the names of the rollouts that the files of the proxy have, one a line.
inline constexpr const char* kListRollouts =
    R"(sed -nE 's/^[[:space:]]*\[rollouts\.([A-Za-z0-9_-]+)\].*/\1/p' )"
    "banyan.toml /etc/banyan/banyan.toml 2>/dev/null";

/// "remote local".
std::string choices_in_words(const Option& option);

/// "--url" and all other names behind which a value stands, each once.
std::set<std::string> names_with_value(const std::vector<const Command*>& commands);

/// The text in single quotes, for any of the shells that are POSIX in this.

}  // namespace banyan::cli::manual
