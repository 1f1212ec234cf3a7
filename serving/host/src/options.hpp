// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/binding/context_headers.hpp"
#include "banyan/binding/module_workers.hpp"
#include "banyan/forwarding/stickiness_key.hpp"
#include "banyan/host/composition.hpp"
#include "banyan/host/parties.hpp"
#include "banyan/http/endpoint.hpp"
#include "banyan/routing/configuration.hpp"
#include "banyan/security/webhook_keys.hpp"
#include "banyan/sql/data_source.hpp"
#include "banyan/telemetry/log.hpp"

namespace banyan::host {

/// The word of --modules for a process that is only the edge: each module runs elsewhere.
inline constexpr std::string_view kNoModules = "none";

/// What one start of the program is told.
struct Options {
  std::optional<http::Endpoint> listen;  ///< none: the file's, or 127.0.0.1:8080
  sql::DataSource database{sql::Engine::Sqlite, "var/shop.db", {}};
  std::filesystem::path control_store;  ///< empty: control.db beside the database file, or in var/
  std::vector<std::string> modules;     ///< hosted here; empty: all that are linked; or kNoModules
  std::vector<std::string> rehearse;
  std::map<std::string, http::Endpoint> at;  ///< where modules run as services
  binding::Trust trust = binding::Trust::Edge;
  /// Where other processes of the application find all operations, beside the listeners for
  /// anybody.
  std::optional<http::Endpoint> internal_address;
  std::string config_file;  ///< banyan.toml with what the options do not say; "": none
  std::optional<http::Endpoint> operators;  ///< where the operators' pages are, and nothing else
  /// Where a visitor's stickiness key comes from, before the address; none: as the file says.
  std::optional<strangler::StickinessKey> sticky;
  binding::ModuleWorkers::Threads workers;        ///< of one module
  std::size_t queue = 256;                        ///< of either that may wait for a worker
  std::size_t loops = 0;                          ///< 0: one per core
  std::chrono::milliseconds budget{10'000};       ///< deadline of a request that brings none
  std::chrono::milliseconds call_timeout{2'000};  ///< of one call to another process
  std::map<std::string, std::chrono::milliseconds> patience;  ///< Application::patience
  std::optional<std::chrono::seconds> drain;                  ///< none: the file's, or 10 s
  bool take_over = false;  ///< from the process that listens there, if one does
  std::string collector;   ///< of traces, by OTLP over HTTP; "": they are kept for the page only
  std::string log_file;
  telemetry::Level log_level = telemetry::Level::Info;
  std::string ready_file;  ///< written with the port once requests are taken
  /// With which events to other processes are signed, and without which none are taken; none: they
  /// go as they are.
  std::optional<security::WebhookKeys> event_keys;
  std::chrono::hours keys_kept{24};  ///< how long an idempotency key is remembered
  OwnValues own;                     ///< what the application's own options were given
};

/// Everything in the options that cannot be with this composition, each with the next step.
/// Empty when they may stand.
std::vector<std::string> problems_of(const Options& options, const std::vector<ModuleEntry>& table);

/// Whether other processes of the application come, and find what is for them only.
inline bool has_callers_inside(const Options& options) {
  return options.trust == binding::Trust::Internal || options.internal_address.has_value();
}

/// "a,b" -> a, b; blanks are trimmed, empty parts dropped.
std::vector<std::string> split_list(std::string_view text);

}  // namespace banyan::host
