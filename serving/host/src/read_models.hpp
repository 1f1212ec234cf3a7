// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "assembly.hpp"
#include "banyan/control/admin_api.hpp"
#include "banyan/kernel/executor.hpp"
#include "banyan/kernel/read_model.hpp"
#include "banyan/serving/served.hpp"
#include "banyan/telemetry/log.hpp"
#include "event_traffic.hpp"

namespace banyan::host {

/// The read models of the modules here: tells them how complete they are, and lets operators have
/// them made anew. Between processes that is said over HTTP, by whoever knows where the other is:
/// the source's process tells the follower's, or is asked by it.
class ReadModels {
 public:
  /// All must outlive it. Begins at once.
  ReadModels(const Assembly& assembly, const EventTraffic& traffic, const Environment& environment,
             const telemetry::Log& log);
  ReadModels(const ReadModels&) = delete;
  ReadModels& operator=(const ReadModels&) = delete;

  /// Where other processes say how far they are with events for modules here, and ask how far this
  /// one is with those of modules here.
  std::vector<serving::Endpoint> endpoints() const;
  /// For operators: how they are, and POST /_banyan/api/read-models/MODULE/rebuild.
  std::string json() const;
  strangler::AdminAnswer answer(const strangler::AdminRequest& request) const;
  std::vector<telemetry::Sample> samples() const;
  /// Ends when what is under way is through.
  void stop() { rounds_.reset(); }

 private:
  struct Model {
    std::string module;
    ReadModel* model = nullptr;
    std::int64_t told_of = 0;  ///< the rebuild whose end the log has
    std::string problem{};     ///< why it does not go on
    SteadyTime waits_since{};  ///< for that
    bool told_why = true;      ///< the log has it
  };

  void round();
  void tell(const EventTraffic::Complete& complete) const;
  void ask_sources_of(const Model& follower) const;
  http::Response progress_of(const std::string& source, const http::Request& question) const;
  void tell_of_rebuild(Model& of) const;
  /// How long it may wait for a source before the log warns of that.
  std::chrono::seconds patience_with(const std::string& source) const;
  ReadModel* find(std::string_view module) const;
  Context soon() const;

  const Assembly* assembly_;
  const EventTraffic* traffic_;
  const Environment environment_;
  const telemetry::Log* log_;
  const Timestamp began_ = environment_.clock.now();
  std::vector<Model> models_;
  std::unique_ptr<Scheduler::Handle> rounds_;
};

}  // namespace banyan::host
