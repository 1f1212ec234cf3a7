// SPDX-License-Identifier: Apache-2.0
#include "database_notices.hpp"

#include <filesystem>
#include <system_error>

#include "banyan/kernel/whole_file.hpp"
#include "banyan/serving/restart.hpp"

namespace banyan::host {

bool is_service_without_a_file(const Options& options) {
  std::error_code unknown;
  return options.trust == binding::Trust::Internal &&
         options.database.engine == sql::Engine::Sqlite &&
         !std::filesystem::exists(options.database.file, unknown);
}

void tell_of_a_new_database(const Options& options, const telemetry::Log& log) {
  log.write(
      telemetry::Level::Warning, "database_made_for_a_service",
      {{"database", serving::location_of(options.database.file)},
       {"message", "this service has made a new database, which has nothing in it: there was no " +
                       serving::location_of(options.database.file)},
       {"next",
        "if it is to work on the application's, stop it and start it with --database and the "
        "whole path of that; if the module has one of its own, all is well"}});
}

void tell_of_another_file(const Options& options, const std::string& problem,
                          const telemetry::Log& log) {
  const std::string file = options.database.display();
  if (problem.empty()) {
    log.write(telemetry::Level::Info, "database_back", {{"database", file}});
  } else {
    log.write(telemetry::Level::Error, "database_replaced",
              {{"database", file}, {"message", problem}});
  }
}

void tell_of_a_shared_database(const Options& options, const telemetry::Log& log) {
  log.write(
      telemetry::Level::Warning, "database_shared",
      {{"database", options.database.file.string()},
       {"message", "another application has this database open as well; both will write to it"},
       {"next",
        "give this one another --database, or stop the other one; to follow it without a "
        "gap, start with --take-over"}});
}

void tell_of_a_password_that_is_seen(const Options& options, const telemetry::Log& log) {
  const std::string shown = options.database.display();
  const std::string& connection = options.database.connection;
  if (connection.empty() || shown == connection) return;
  const std::string words = whole_file("/proc/self/cmdline").value_or("");
  if (words.find(connection) == std::string::npos) return;
  log.write(telemetry::Level::Warning, "password_seen",
            {{"database", shown},
             {"message",
              "the password of --database is on the command line, where everybody on this "
              "machine can read it"},
             {"next", "put it into ~/.pgpass, or the file that PGPASSFILE names"}});
}

}  // namespace banyan::host
