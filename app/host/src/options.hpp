// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "binding/context_headers.hpp"
#include "host/composition.hpp"
#include "http/endpoint.hpp"
#include "sql/data_source.hpp"
#include "telemetry/log.hpp"

namespace banyan::host {

/// Where the routing unit of a visitor without a login comes from, before the address.
struct StickyUnit {
  enum class Source : std::uint8_t { Address, Cookie, Header };
  Source source = Source::Address;
  std::string name;
};

/// What one start of the program is told.
struct Options {
  http::Endpoint listen{"127.0.0.1", 8080};
  sql::DataSource database{sql::Engine::Sqlite, "var/shop.db", {}};
  std::filesystem::path control_store;  ///< empty: control.db beside the database file, or in var/
  std::vector<std::string> modules;     ///< hosted here; empty: all that are linked
  std::vector<std::string> rehearse;
  std::map<std::string, http::Endpoint> at;  ///< where modules run as services
  binding::Trust trust = binding::Trust::Edge;
  StickyUnit unit;
  std::size_t workers = 4;                   ///< threads for reads of one module, and for writes
  std::size_t queue = 256;                   ///< of either that may wait for a worker
  std::size_t loops = 0;                     ///< 0: one per core
  std::chrono::milliseconds budget{10'000};  ///< deadline of a request that brings none
  std::chrono::milliseconds call_timeout{2'000};  ///< of one call to another process
  std::chrono::seconds drain{10};
  std::string log_file;
  telemetry::Level log_level = telemetry::Level::Info;
  std::string ready_file;            ///< written with the port once requests are taken
  std::chrono::hours keys_kept{24};  ///< how long an idempotency key is remembered
};

/// Everything in the options that cannot be with this composition, each with the next step.
/// Empty when they may stand.
std::vector<std::string> problems_of(const Options& options, const std::vector<ModuleEntry>& table);

/// "a,b" -> a, b; blanks are trimmed, empty parts dropped.
std::vector<std::string> split_list(std::string_view text);

/// The name that is spelled most like `text`; "" when none is near.
std::string nearest(std::string_view text, const std::vector<std::string>& names);

}  // namespace banyan::host
