// SPDX-License-Identifier: Apache-2.0
#include "work_report.hpp"

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "signed_question.hpp"
#include "window_json.hpp"

namespace banyan::host {
namespace {

using Json = nlohmann::ordered_json;

/// Names of workers are those that people give.
constexpr std::size_t kMostWorkers = 100;

std::string refusal(unsigned status) {
  switch (status) {
    case 401:
      return "it answers 401: the two processes have other --event-keys, or clocks that are minutes"
             " apart";
    case 404: return "it answers 404: a version before this question, or no service of the kit";
    default: return "it answers " + std::to_string(status);
  }
}

std::string why_unread(NoDocument none, unsigned status) {
  return none == NoDocument::Refused
             ? refusal(status)
             : "its answer is not signed with the --event-keys of this process";
}

}  // namespace

std::string work_path(std::string_view module) { return "/_work/" + std::string(module); }

http::Request work_question(std::string_view module, const SharedKeys& keys,
                            const Environment& environment) {
  return question_at(work_path(module), keys, environment);
}

http::Response answer_work(const WorkReport& report, const SharedKeys& keys,
                           const http::Request& question, Timestamp now) {
  if (auto refused = refusal_for(question, keys, now)) return *std::move(refused);
  Json workers = Json::array();
  for (const auto& [worker, window] : report.workers) {
    Json row = Json::object();
    row["worker"] = worker;
    add_window(row, "units", window);
    const auto hindered = report.hindered.find(worker);
    row["hindered"] = hindered == report.hindered.end() ? std::uint64_t{0} : hindered->second;
    workers.push_back(std::move(row));
  }
  Json document = Json::object();
  document["process"] = report.process;
  document["workers"] = std::move(workers);
  return signed_report(document, question, keys, now);
}

std::expected<WorkReport, std::string> work_in(const http::Response& answer,
                                               const http::Request& question,
                                               const SharedKeys& keys, Timestamp now) {
  const auto document = document_in(answer, question, keys, now);
  if (!document) return std::unexpected(why_unread(document.error(), answer.head.status));
  try {
    const Json json = Json::parse(*document);
    WorkReport report{.process = json.at("process").get<std::string>()};
    const Json& workers = json.at("workers");
    if (workers.size() > kMostWorkers) {
      return std::unexpected("it names " + std::to_string(workers.size()) +
                             " workers, and more than " + std::to_string(kMostWorkers) +
                             " are not believed");
    }
    for (const Json& each : workers) {
      const std::string worker = each.at("worker").get<std::string>();
      report.workers[worker] = window_from(each, "units");
      report.hindered[worker] = each.value("hindered", std::uint64_t{0});
    }
    return report;
  } catch (const Json::exception&) {
    return std::unexpected("its answer is no report of work: somebody else's page");
  }
}

}  // namespace banyan::host
