// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "banyan/program/settings.hpp"
#include "banyan/program/signals.hpp"

/// The frame of a program that runs until it is told to end: Poco::Util::ServerApplication, with
/// what it lacks put right (docs/adr/0028). One at a time in a process; call it on the main thread,
/// before there is another.
namespace banyan::program {

/// How the command line of such a program looks.
struct CommandLine {
  std::string name;  ///< "recordshop"; the prefix of its variables, too
  std::string version;
  std::string description;
  std::string word;  ///< that may stand before the options, for people: "serve"; "": none
  std::span<const Option> options;
  std::string examples;
  /// What the program is made of, as JSON, for --describe; empty: there is no such option.
  std::function<std::string()> describe{};
};

struct ServerProgram {
  /// Takes one value; what is wrong with it, with its next step.
  std::function<std::vector<std::string>(const Setting&)> take;
  /// What is wrong with all of them together, once each is right.
  std::function<std::vector<std::string>()> check;
  /// Runs until it is told to end; the exit code. What it throws ends in one, after a message.
  std::function<int(const Signals&)> serve;
};

/// From the command line to the exit code (kernel/exit_code.hpp). --help and --version are answered
/// here; everything that is wrong with the settings is told at once.
int run(int argc, char** argv, const CommandLine& command_line, const ServerProgram& program);

/// For a program whose command line somebody else has read.
int run(const std::string& name, const std::function<int(const Signals&)>& serve);

}  // namespace banyan::program
