// SPDX-License-Identifier: Apache-2.0
#include "service_databases.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "banyan/binding/problem.hpp"
#include "banyan/sql/database_identity.hpp"
#include "banyan/sql/fault.hpp"
#include "database_report.hpp"
#include "service_client.hpp"

namespace banyan::host {
namespace {

using namespace std::chrono_literals;
constexpr auto kInterval = 1s;
/// Where each look costs a server a connection, or brings no answer.
constexpr auto kSeldom = 10s;

/// Of the database that modules share, as an option says it.
std::string option_for(const sql::DataSource& shared) {
  if (shared.engine != sql::Engine::Sqlite) return shared.display();
  return sql::database_identity(shared).display;
}

std::string in_words(const std::string& module, const http::Endpoint& service,
                     const sql::DatabaseIdentity& there, const sql::DatabaseIdentity& here,
                     const sql::DataSource& shared) {
  return "the service of " + module + " at " + to_string(service) +
         " works on another database: it on " + there.display + ", this process on " +
         here.display + ". What is written there is not here. Start the service with --database " +
         option_for(shared);
}

}  // namespace

ServiceDatabases::ServiceDatabases(const Assembly& assembly, const sql::Database& database,
                                   SharedKeys keys, const Environment& environment,
                                   const telemetry::Log& log)
    : database_(&database), keys_(std::move(keys)), environment_(environment), log_(&log) {
  for (const auto& module : assembly.modules()) {
    if (!module->here || !module->service) continue;
    asked_.push_back({.module = module->name(), .service = client_beside_calls(*module)});
  }
}

void ServiceDatabases::begin() {
  if (asked_.empty()) return;
  rounds_ = environment_.scheduler.every(kInterval, [this] { round(); });
  rounds_->wake();
}

void ServiceDatabases::round() {
  const SteadyTime now = environment_.clock.steady();
  for (Asked& each : asked_) {
    if (now < each.next) continue;
    if (database_->source().engine != sql::Engine::Sqlite) each.next = now + kSeldom;
    look(each);
  }
}

std::optional<std::string> ServiceDatabases::why_apart(std::string_view module) {
  Asked* const asked = find(module);
  if (asked == nullptr) return std::nullopt;
  look(*asked);
  return found_apart(module);
}

std::optional<std::string> ServiceDatabases::found_apart(std::string_view module) const {
  const auto found = std::ranges::find(asked_, module, &Asked::module);
  if (found == asked_.end()) return std::nullopt;
  const std::lock_guard lock(mutex_);
  if (found->apart.empty()) return std::nullopt;
  return found->apart;
}

telemetry::Health::Finding ServiceDatabases::finding(std::string_view module) const {
  const auto apart = found_apart(module);
  if (!apart) return {};
  return {false, *apart + "; until then keep its traffic here: banyan back " + std::string(module)};
}

ServiceDatabases::Asked* ServiceDatabases::find(std::string_view module) {
  const auto found = std::ranges::find(asked_, module, &Asked::module);
  return found == asked_.end() ? nullptr : &*found;
}

std::optional<sql::DatabaseIdentity> ServiceDatabases::here(const std::string& module) const {
  if (!database_->is_at_path()) return std::nullopt;  // health tells of that
  try {
    return sql::database_identity(database_->source_of(module));
  } catch (const sql::Fault&) {
    return std::nullopt;
  }
}

/// A service that does not answer works where it did. Tables may move between the two looks, so
/// that what differs counts only where they are here what they were before it was asked.
void ServiceDatabases::look(Asked& at) {
  const auto before = here(at.module);
  if (!before) return;
  const http::Request question = database_question(at.module, keys_, environment_);
  const auto answer = ask_beside_calls(*at.service, question, environment_.clock);
  if (!answer || answer->head.status >= 500) return;
  const auto there = database_in(*answer, question, keys_, environment_.clock.now());
  const auto same = there ? sql::is_same_database(*before, *there) : std::optional<bool>();
  if (same.value_or(true)) return note(at, {});
  const auto after = here(at.module);
  if (!after || !sql::is_same_database(*before, *after).value_or(false)) return;
  note(at, in_words(at.module, at.service->endpoint(), *there, *before, database_->source()));
}

void ServiceDatabases::note(Asked& of, std::string apart) {
  const std::lock_guard lock(mutex_);
  if (of.apart == apart) return;
  of.apart = std::move(apart);
  if (of.apart.empty()) {
    log_->write(telemetry::Level::Info, "service_on_the_database",
                {{"module", of.module},
                 {"message", "the service of " + of.module +
                                 " works on another database no longer, as far as it says"}});
    return;
  }
  log_->write(telemetry::Level::Error, "service_on_another_database",
              {{"module", of.module},
               {"message", of.apart},
               {"next", "until then keep its traffic here: banyan back " + of.module}});
}

std::vector<serving::Endpoint> database_endpoints(const Assembly& assembly,
                                                  const sql::Database& database,
                                                  const SharedKeys& keys,
                                                  const Environment& environment) {
  std::vector<serving::Endpoint> all;
  for (const auto& module : assembly.modules()) {
    if (!module->here) continue;
    serving::Endpoint& endpoint = all.emplace_back();
    endpoint.name = "database-" + module->name();
    endpoint.path = database_path(module->name());
    endpoint.answer = [&database, &clock = environment.clock, keys, name = module->name()](
                          const http::Request& question, const Context&) {
      try {
        return answer_database(sql::database_identity(database.source_of(name)), keys, question,
                               clock.now());
      } catch (const sql::Fault& fault) {  // health tells of that
        return binding::problem(fault.error());
      }
    };
  }
  return all;
}

}  // namespace banyan::host
