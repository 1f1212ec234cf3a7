// SPDX-License-Identifier: Apache-2.0
#include "database_report.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "signed_question.hpp"

namespace banyan::host {

std::string database_path(std::string_view module) { return "/_database/" + std::string(module); }

http::Request database_question(std::string_view module, const SharedKeys& keys,
                                const Environment& environment) {
  return question_at(database_path(module), keys, environment);
}

http::Response answer_database(const sql::DatabaseIdentity& database, const SharedKeys& keys,
                               const http::Request& question, Timestamp now) {
  if (auto refused = refusal_for(question, keys, now)) return *std::move(refused);
  const nlohmann::ordered_json report = {{"engine", database.engine},
                                         {"scope", database.scope},
                                         {"id", database.id},
                                         {"database", database.display}};
  return signed_report(report, question, keys, now);
}

std::optional<sql::DatabaseIdentity> database_in(const http::Response& answer,
                                                 const http::Request& question,
                                                 const SharedKeys& keys, Timestamp now) {
  const auto document = document_in(answer, question, keys, now);
  if (!document) return std::nullopt;
  try {
    const auto json = nlohmann::json::parse(*document);
    return sql::DatabaseIdentity{.engine = json.at("engine").get<std::string>(),
                                 .scope = json.at("scope").get<std::string>(),
                                 .id = json.at("id").get<std::string>(),
                                 .display = json.at("database").get<std::string>()};
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

}  // namespace banyan::host
