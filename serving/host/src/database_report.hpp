// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "banyan/http/message.hpp"
#include "banyan/kernel/environment.hpp"
#include "banyan/sql/database_identity.hpp"
#include "signed_question.hpp"

/// How one process of an application tells another in which database it has a module's tables.
namespace banyan::host {

/// Where a process is asked for it: "/_database/shipping".
std::string database_path(std::string_view module);

/// Signed where the processes share keys, as the question about their work is.
http::Request database_question(std::string_view module, const SharedKeys& keys,
                                const Environment& environment);

/// The other side. 401 for what is not signed.
http::Response answer_database(const sql::DatabaseIdentity& database, const SharedKeys& keys,
                               const http::Request& question, Timestamp now);

/// Nothing where the answer does not say it, as that of a version before, or where nobody who has a
/// key has said it.
std::optional<sql::DatabaseIdentity> database_in(const http::Response& answer,
                                                 const http::Request& question,
                                                 const SharedKeys& keys, Timestamp now);

}  // namespace banyan::host
