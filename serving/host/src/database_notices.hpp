// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "banyan/telemetry/log.hpp"
#include "options.hpp"

namespace banyan::host {

// What a process says in its log of the database that it works on, where that may be another one
// than was meant, or is not its alone.

/// A service that will make a new file. It has its tables where the application has them, but for a
/// module that was extracted. Asked before the database is opened.
bool is_service_without_a_file(const Options& options);
/// `database_made_for_a_service`: it has.
void tell_of_a_new_database(const Options& options, const telemetry::Log& log);

/// `database_replaced`: another file lies where the one lay that is open, see `problem`; "":
/// `database_back`.
void tell_of_another_file(const Options& options, const std::string& problem,
                          const telemetry::Log& log);

/// `database_shared`: another application has it open as well.
void tell_of_a_shared_database(const Options& options, const telemetry::Log& log);

/// `password_seen`: the database's is on the command line. Nothing where it came from a file or the
/// environment, which nobody else reads, or there is none.
void tell_of_a_password_that_is_seen(const Options& options, const telemetry::Log& log);

}  // namespace banyan::host
