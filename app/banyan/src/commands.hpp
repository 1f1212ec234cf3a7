// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// The subcommands, without their parsing: each in its own file in commands/, each prints its
/// answer and returns an ExitCode.
namespace banyan::cli {

/// Whom a command asks.
struct Place {
  std::string url = "http://127.0.0.1:8080";  ///< of a running application or proxy
  std::string store;                          ///< file of a control store, instead of a process
  bool json = false;                          ///< print the answer as JSON
};

struct ChangeOptions {
  std::string module;
  std::string percent;  ///< "" leaves the reads where they are
  std::string writes;   ///< "", "remote" or "local"
  std::string who;
  std::string why;
};

struct LogOptions {
  std::string module;
  std::size_t limit = 20;
};

/// A database and what its application says about it (see manifest/manifest.hpp).
struct DatabaseOptions {
  std::string database;
  std::string module;
  bool json = false;
  bool dry_run = false;
  bool back = false;                    ///< move: to the shared file
  std::string phase;                    ///< decouple: "0001"; "" is all
  std::vector<std::string> statements;  ///< dismiss: their names in the report; empty is all
  std::chrono::seconds wait{};          ///< for whoever holds a file
};

/// See strangler::ProxyOptions.
struct ProxyOptions {
  std::string config_file = "banyan.toml";
  std::string log_file;
  bool explain = false;
  std::vector<std::string> trusted_peers;
  std::size_t loops = 0;
  std::int64_t drain_notice_ms = 0;
};

int status(const Place& place);
int shift(const Place& place, const ChangeOptions& options);
int back(const Place& place, const ChangeOptions& options);
int next(const Place& place, const ChangeOptions& options);
int log(const Place& place, const LogOptions& options);
int verify(const Place& place, const std::string& noted_head);
int schema_adopt(const DatabaseOptions& options);
int schema_report(const DatabaseOptions& options);
int schema_move(const DatabaseOptions& options);
int schema_decouple(const DatabaseOptions& options);
int schema_dismiss(const DatabaseOptions& options);
int migrate(const DatabaseOptions& options);
/// Runs until it is told to stop.
int proxy(const ProxyOptions& options);

}  // namespace banyan::cli
