// SPDX-License-Identifier: Apache-2.0
#include "work_elsewhere.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "banyan/kernel/id.hpp"
#include "service_client.hpp"

namespace banyan::host {
namespace {

using namespace std::chrono_literals;
constexpr auto kInterval = 1s;
constexpr auto kSeldom = 1min;
/// So many questions in a row without a report are no restart.
constexpr int kLasting = 10;
/// Instances of one service, and those that were restarted.
constexpr std::size_t kMostProcesses = 32;
/// What a process has done since it was heard of longer ago comes too late to be news: one of
/// several behind an address that the connection meets again, or one that was cut off.
constexpr auto kNews = 30s;

std::string silence(const http::ClientFailure& failure) {
  using enum http::ClientFailure::Kind;
  const bool is_ours = failure.kind == NoSocket || failure.kind == Request || failure.kind == Fault;
  return (is_ours ? "this process could not ask: " : "nobody answers: ") + failure.message;
}

}  // namespace

WorkElsewhere::WorkElsewhere(const Assembly& assembly, WorkLedger& ledger, SharedKeys keys,
                             const Environment& environment, const telemetry::Log& log)
    : ledger_(&ledger), keys_(std::move(keys)), environment_(environment), log_(&log) {
  for (const auto& module : assembly.modules()) {
    if (!module->service) continue;
    asked_.push_back({.module = module->name(), .service = client_beside_calls(*module)});
  }
}

void WorkElsewhere::begin() {
  if (asked_.empty()) return;
  rounds_ = environment_.scheduler.every(kInterval, [this] { round(); });
}

void WorkElsewhere::round() {
  for (Asked& each : asked_) {
    if (environment_.clock.steady() < each.next) continue;
    auto report = ask(each);
    if (!report) {
      note_silence(each, report.error());
      continue;
    }
    each.in_vain = 0;
    each.logged.clear();
    ledger_->not_told(each.module, {});
    take(each, *std::move(report));
  }
}

std::expected<WorkReport, std::string> WorkElsewhere::ask(Asked& whom) {
  const http::Request question = work_question(whom.module, keys_, environment_);
  const auto answer = ask_beside_calls(*whom.service, question, environment_.clock);
  if (!answer) return std::unexpected(silence(answer.error()));
  if (answer->head.status == 404) whom.next = environment_.clock.steady() + kSeldom;
  return work_in(*answer, question, keys_, environment_.clock.now());
}

/// Soon for people, and in the log once it has lasted: a service may just be started anew.
void WorkElsewhere::note_silence(Asked& of, const std::string& why) {
  ledger_->not_told(of.module, why);
  const bool lasts = ++of.in_vain >= kLasting || environment_.clock.steady() < of.next;
  const std::string kind = why.substr(0, why.find(':'));  // what follows may tell of milliseconds
  if (!lasts || of.logged == kind) return;
  of.logged = kind;
  log_->write(
      telemetry::Level::Warning, "work_not_told",
      {{"module", of.module},
       {"message", "the service of " + of.module + " at " + to_string(of.service->endpoint()) +
                       " does not say what it does in the background: " + why},
       {"next",
        "until it does, nobody can tell whether background work is done worse there, and "
        "no plan stops for it; everything else goes on"}});
}

/// Of a process that is met for the first time, or again after long, nothing is new: what it did
/// before nobody here has seen it do.
void WorkElsewhere::take(Asked& from, WorkReport report) {
  const SteadyTime now = environment_.clock.steady();
  const auto met = from.said.find(report.process);
  if (met == from.said.end() || now - met->second.at > kNews) {
    if (met == from.said.end() && from.said.size() >= kMostProcesses) from.said.clear();
    const std::string process = report.process;
    from.said.insert_or_assign(process, Said{.report = std::move(report), .at = now});
    return;
  }
  WorkReport& before = met->second.report;
  for (const auto& [worker, window] : report.workers) {
    // One that is named for the first time by a process that is known has just begun.
    const strangler::Window fresh = window.since(before.workers[worker]);
    const std::uint64_t hindered = report.hindered[worker];
    ledger_->add_elsewhere(from.module, worker, fresh,
                           hindered - std::min(hindered, before.hindered[worker]));
  }
  met->second = {.report = std::move(report), .at = now};
}

std::vector<serving::Endpoint> work_endpoints(const Assembly& assembly, const WorkLedger& ledger,
                                              const SharedKeys& keys,
                                              const Environment& environment) {
  const std::string process = make_uuid7(environment.clock.now(), environment.random);
  std::vector<serving::Endpoint> all;
  for (const auto& module : assembly.modules()) {
    if (!module->here) continue;
    serving::Endpoint& endpoint = all.emplace_back();
    endpoint.name = "work-" + module->name();
    endpoint.path = work_path(module->name());
    endpoint.module = module->name();
    endpoint.at_once = true;
    endpoint.answer = [&ledger, &clock = environment.clock, keys, process, name = module->name()](
                          const http::Request& question, const Context&) {
      WorkReport report{.process = process};
      for (WorkLedger::Row& row : ledger.read()) {
        if (row.module != name) continue;
        report.hindered[row.worker] = row.hindered_here;
        report.workers.emplace(std::move(row.worker), row.here);
      }
      return answer_work(report, keys, question, clock.now());
    };
  }
  return all;
}

}  // namespace banyan::host
