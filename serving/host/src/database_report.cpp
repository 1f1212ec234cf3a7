// SPDX-License-Identifier: Apache-2.0
#include "database_report.hpp"

#include <nlohmann/json.hpp>

#include "banyan/binding/problem.hpp"
#include "signed_question.hpp"

namespace banyan::host {

std::string database_path(std::string_view module) { return "/_database/" + std::string(module); }

http::Request database_question(std::string_view module,
                                const std::optional<security::WebhookKeys>& keys,
                                const Environment& environment) {
  http::Request question;
  question.head.method = "GET";
  question.head.target = database_path(module);
  question.head.fields.add("Accept", "application/json");
  if (keys) sign_question(question, *keys, environment);
  return question;
}

http::Response answer_database(const sql::DatabaseIdentity& database,
                               const std::optional<security::WebhookKeys>& keys,
                               const http::Request& question, Timestamp now) {
  if (keys) {
    const auto known = check_question(question, *keys, now);
    if (!known) return binding::problem(known.error());
  }
  const nlohmann::ordered_json document = {{"engine", database.engine},
                                           {"scope", database.scope},
                                           {"id", database.id},
                                           {"database", database.display}};
  http::Response answer;
  answer.head.status = 200;
  answer.head.fields.add("Content-Type", "application/json");
  answer.head.fields.add("Cache-Control", "no-store");
  answer.body =
      document.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
  if (keys) sign_answer(answer, question, *keys, now);
  return answer;
}

std::optional<sql::DatabaseIdentity> database_in(const http::Response& answer,
                                                 const http::Request& question,
                                                 const std::optional<security::WebhookKeys>& keys,
                                                 Timestamp now) {
  if (answer.head.status != 200) return std::nullopt;
  if (keys && !answers(answer, question, *keys, now)) return std::nullopt;
  try {
    const auto json = nlohmann::json::parse(answer.body);
    return sql::DatabaseIdentity{.engine = json.at("engine").get<std::string>(),
                                 .scope = json.at("scope").get<std::string>(),
                                 .id = json.at("id").get<std::string>(),
                                 .display = json.at("database").get<std::string>()};
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

}  // namespace banyan::host
