// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "assembly.hpp"
#include "banyan/http/client.hpp"
#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/environment.hpp"
#include "banyan/kernel/executor.hpp"
#include "banyan/serving/served.hpp"
#include "banyan/sql/database.hpp"
#include "banyan/sql/database_identity.hpp"
#include "banyan/telemetry/health.hpp"
#include "banyan/telemetry/log.hpp"
#include "signed_question.hpp"

namespace banyan::host {

/// Whether the service of a module that is here as well has the module's tables where this process
/// has them. One that works on another database answers all the same, and what it is told to write
/// is not here:
///
///     source of the module here ─┐
///                                ├─▶ apart? ──▶ preflight, health, log
///     GET /_database/MODULE ─────┘
///
/// A module that was extracted has no second side here, and may have a database of its own. Where
/// nobody can say (a version before, another host), nothing is said.
class ServiceDatabases {
 public:
  /// All must outlive it.
  ServiceDatabases(const Assembly& assembly, const sql::Database& database, SharedKeys keys,
                   const Environment& environment, const telemetry::Log& log);
  ServiceDatabases(const ServiceDatabases&) = delete;
  ServiceDatabases& operator=(const ServiceDatabases&) = delete;

  void begin();
  /// Ends when the question that is under way is through.
  void stop() { rounds_.reset(); }
  void round();

  /// Asks now. Why the module's service is to get no traffic; nothing where it works on the same
  /// database, or where nobody can say.
  std::optional<std::string> why_apart(std::string_view module);
  /// The same, as it was found last.
  std::optional<std::string> found_apart(std::string_view module) const;
  telemetry::Health::Finding finding(std::string_view module) const;

 private:
  struct Asked {
    std::string module;
    std::unique_ptr<http::Client> service;
    SteadyTime next{};    ///< of the rounds
    std::string apart{};  ///< why, in words; "": it is not, or nobody can say
  };
  Asked* find(std::string_view module);
  std::optional<sql::DatabaseIdentity> here(const std::string& module) const;
  void look(Asked& at);
  void note(Asked& of, std::string apart);

  const sql::Database* database_;
  const SharedKeys keys_;
  const Environment environment_;
  const telemetry::Log* log_;
  mutable std::mutex mutex_;  ///< guards Asked::apart
  std::vector<Asked> asked_;
  std::unique_ptr<Scheduler::Handle> rounds_;  // last: it stops first
};

/// The other end: where other processes ask in which database a module here has its tables.
std::vector<serving::Endpoint> database_endpoints(const Assembly& assembly,
                                                  const sql::Database& database,
                                                  const SharedKeys& keys,
                                                  const Environment& environment);

}  // namespace banyan::host
