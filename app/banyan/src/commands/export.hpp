// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "commands.hpp"

namespace banyan::cli {

/// What `banyan export` is asked for.
struct ExportOptions {
  std::string engine;  ///< "haproxy" or "nginx"
  std::string file = "banyan.toml";
  std::string out;                        ///< the folder of the files; "" is named as the engine is
  std::optional<std::uint64_t> revision;  ///< of the control store; nothing: the last one
  std::string hash = "banyan";            ///< or "engine"
  std::vector<std::string> listen;        ///< in place of the file's
  bool asks_process = false;              ///< for the stages; else a control store is looked at
  bool force = false;                     ///< over files that others have written
};

/// Writes the table of a strangler as configuration of another proxy.
int export_table(const ControlTarget& target, const ExportOptions& options);

}  // namespace banyan::cli
