// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The options of a program that runs until it is told to end. Each is taken, as a whole, from the
/// first of these that has it:
///
///     the command line                 --call-timeout 500
///     the environment                  SHOP_CALL_TIMEOUT=500
///     the properties file of --settings    call-timeout = 500
///     the default
///
/// A secret is never the value of an option: everybody on a machine can read the command line of a
/// process. Options name the file that it is in.
namespace banyan::program {

struct Option {
  std::string_view name;      ///< "call-timeout"
  std::string_view argument;  ///< "MS"; "" for a switch, which is true or false
  std::string_view help;
  /// Takes several values: on the command line it is given again, in the other layers, commas part
  /// them.
  bool repeatable = false;
};

/// The file of the third layer; to be listed among a program's options.
inline constexpr Option kSettingsOption{
    "settings", "FILE",
    "A file with further options, a line each: `log-level = warning`, `take-over = true`; they"
    " count where neither the command line nor the environment says something."};

enum class Layer : std::uint8_t { CommandLine, Environment, File };

struct Setting {
  std::string option;  ///< "call-timeout"
  std::string value;   ///< "" of a switch: it is listed only when it is on
  Layer layer = Layer::CommandLine;
  std::string said_by;  ///< "--call-timeout", "SHOP_CALL_TIMEOUT", "shop.properties: call-timeout"
};

/// An option on the command line. A switch has "" or "true", or "false".
struct Given {
  std::string option;
  std::string value;
};

struct Problem {
  Layer layer = Layer::CommandLine;
  std::string text;  ///< where, what, and what to do
};

struct Settings {
  std::vector<Setting> values;  ///< in the order of the options, each value of a repeatable one
  std::vector<Problem> problems;
  std::vector<std::string> warnings;
};

/// Puts the layers over each other. `program` is its name ("recordshop", "banyan-proxy");
/// `environment` has entries as environ has them, "NAME=value". An empty variable counts as none.
/// Problems: a file that cannot be read; a key of the file that is no option, has no value or is
/// there twice; a switch that is neither true nor false. A warning: a variable that begins with the
/// program's prefix and is no option's.
Settings read_settings(std::string_view program, std::span<const Option> options,
                       std::span<const Given> command_line,
                       std::span<const std::string> environment);

/// Of this process.
std::vector<std::string> environment();

/// "recordshop", "call-timeout" -> "RECORDSHOP_CALL_TIMEOUT".
std::string variable_of(std::string_view program, std::string_view option);

/// For `--help`: where an option is looked for. One paragraph.
std::string layers_for_help(std::string_view program);

}  // namespace banyan::program
