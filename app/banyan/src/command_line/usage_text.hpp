// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace banyan::cli {

/// What is wrong with a command line, in the words of this program: what was found, what was
/// expected, and what was probably meant. The library that parses says the first only. A sentence
/// without its full stop, unless it ends with a question.
std::string usage_text(const CLI::App& app, const CLI::ParseError& error);

/// "banyan schema move": the command that was reached.
std::string reached_command(const CLI::App& app);

}  // namespace banyan::cli
