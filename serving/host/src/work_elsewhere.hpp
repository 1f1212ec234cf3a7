// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "assembly.hpp"
#include "banyan/http/client.hpp"
#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/environment.hpp"
#include "banyan/kernel/executor.hpp"
#include "banyan/serving/served.hpp"
#include "banyan/telemetry/log.hpp"
#include "signed_question.hpp"
#include "work_ledger.hpp"
#include "work_report.hpp"

namespace banyan::host {

/// What the workers of modules do at their services: asks these once a second, as events of others
/// are asked for, and writes what is new into the ledger; also why one says nothing, as where it is
/// away, has other keys, or does not know the question (such a one is asked once a minute). Over
/// connections of its own: whether it answers here says nothing about how it answers calls, so that
/// no breaker hears of it.
class WorkElsewhere {
 public:
  /// All must outlive it.
  WorkElsewhere(const Assembly& assembly, WorkLedger& ledger, SharedKeys keys,
                const Environment& environment, const telemetry::Log& log);
  WorkElsewhere(const WorkElsewhere&) = delete;
  WorkElsewhere& operator=(const WorkElsewhere&) = delete;

  void begin();
  /// Ends when the question that is under way is through.
  void stop() { rounds_.reset(); }
  void round();

 private:
  struct Said {
    WorkReport report{};
    SteadyTime at{};
  };
  /// A module with a service, and what each of its processes has said last.
  struct Asked {
    std::string module;
    std::unique_ptr<http::Client> service;
    std::map<std::string, Said> said{};
    SteadyTime next{};
    int in_vain = 0;       ///< questions in a row
    std::string logged{};  ///< the last kind of reason why it says nothing
  };
  std::expected<WorkReport, std::string> ask(Asked& whom);
  void note_silence(Asked& of, const std::string& why);
  void take(Asked& from, WorkReport report);

  WorkLedger* ledger_;
  const SharedKeys keys_;
  const Environment environment_;
  const telemetry::Log* log_;
  std::vector<Asked> asked_;
  std::unique_ptr<Scheduler::Handle> rounds_;  // last: it stops first
};

/// The other end: where other processes ask what the workers of the modules here have done.
std::vector<serving::Endpoint> work_endpoints(const Assembly& assembly, const WorkLedger& ledger,
                                              const SharedKeys& keys,
                                              const Environment& environment);

}  // namespace banyan::host
