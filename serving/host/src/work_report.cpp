// SPDX-License-Identifier: Apache-2.0
#include "work_report.hpp"

#include <nlohmann/json.hpp>

#include "banyan/binding/problem.hpp"
#include "signed_question.hpp"
#include "window_json.hpp"

namespace banyan::host {
namespace {

using Json = nlohmann::ordered_json;

}  // namespace

std::string work_path(std::string_view module) { return "/_work/" + std::string(module); }

http::Request work_question(std::string_view module,
                            const std::optional<security::WebhookKeys>& keys,
                            const Environment& environment) {
  http::Request question;
  question.head.method = "GET";
  question.head.target = work_path(module);
  question.head.fields.add("Accept", "application/json");
  if (keys) sign_question(question, *keys, environment);
  return question;
}

http::Response answer_work(const WorkReport& report,
                           const std::optional<security::WebhookKeys>& keys,
                           const http::Request& question, Timestamp now) {
  if (keys) {
    const auto known = check_question(question, *keys, now);
    if (!known) return binding::problem(known.error());
  }
  Json workers = Json::array();
  for (const auto& [worker, window] : report.workers) {
    Json row = Json::object();
    row["worker"] = worker;
    add_window(row, "units", window);
    workers.push_back(std::move(row));
  }
  Json document = Json::object();
  document["process"] = report.process;
  document["workers"] = std::move(workers);
  http::Response answer;
  answer.head.status = 200;
  answer.head.fields.add("Content-Type", "application/json");
  answer.head.fields.add("Cache-Control", "no-store");
  answer.body = document.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
  if (keys) sign_answer(answer, question, *keys, now);
  return answer;
}

std::optional<WorkReport> work_in(const http::Response& answer, const http::Request& question,
                                  const std::optional<security::WebhookKeys>& keys, Timestamp now) {
  if (answer.head.status != 200) return std::nullopt;
  if (keys && !answers(answer, question, *keys, now)) return std::nullopt;
  try {
    const Json json = Json::parse(answer.body);
    WorkReport report{.process = json.at("process").get<std::string>()};
    const Json& workers = json.at("workers");
    for (const Json& each : workers) {
      report.workers[each.at("worker").get<std::string>()] = window_from(each, "units");
    }
    return report;
  } catch (const Json::exception&) {  // an older service, or somebody else's page
    return std::nullopt;
  }
}

}  // namespace banyan::host
