// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "banyan/promotion/answers_differ.hpp"
#include "banyan/promotion/conductor.hpp"
#include "banyan/promotion/plan_desk.hpp"
#include "banyan/test/temporary_folder.hpp"

namespace banyan::strangler {

inline Percent percent(std::int64_t hundredths) {
  return Percent::of_hundredths(hundredths).value();
}

/// A process that shares a control store: what its requests have shown, and who walks by that.
struct ConductingProcess {
  ConductingProcess(const std::string& file, const Clock& clock,
                    std::vector<JudgedOperation> judged, Executor* aside,
                    Survey survey = open_topology(), std::string program = "a build")
      : store(ControlStore::open(file, clock).value()),
        board(*store, std::move(survey)),
        operations(std::move(judged)),
        conductor({.board = board,
                   .evidence = evidence,
                   .operations = [this](std::string_view) { return operations; },
                   .clock = clock,
                   .seat = file + ".conductor",
                   .progress = file + ".progress",
                   .note = [this](const Conductor::Note& note) { notes.push_back(note); },
                   .aside = aside,
                   .program = std::move(program),
                   .judged_side = [this](std::string_view) { return new_side; }}),
        desk(board, clock, [this](std::string_view) { return plan; }, &conductor) {
    board.heed(
        [this](std::string_view module) { return answers_differ(*store, conductor, module); });
  }

  std::unique_ptr<ControlStore> store;
  Switchboard board;
  TrafficEvidence evidence;
  std::vector<JudgedOperation> operations;  ///< of every rollout, as routes have them
  std::string new_side = "at one address";  ///< of every rollout
  std::vector<Conductor::Note> notes;
  Conductor conductor;
  Plan plan = Plan::usual();
  PlanDesk desk;
};

/// A rollout "catalog" with one operation or two, on a clock that the test moves.
class Conducted : public testing::Test {
 protected:
  explicit Conducted(std::vector<JudgedOperation> operations = {"catalog.read"})
      : operations_(std::move(operations)) {}

  void SetUp() override {
    here_ = process();
    ASSERT_TRUE(here_->store->enlist({"catalog", "orders"}));
  }

  std::unique_ptr<ConductingProcess> process(Executor* aside = nullptr,
                                             std::string program = "a build") {
    auto made = std::make_unique<ConductingProcess>(
        file_, clock_, operations_, aside, [this](std::string_view) { return topology_; },
        std::move(program));
    for (PlanStep& each : made->plan.steps) {
      each.dwell = std::chrono::seconds(2);
      each.samples = 500;
    }
    return made;
  }

  void start() {
    const auto started = here_->desk.order("catalog", {}, {"ann@desk", "all is quiet"});
    ASSERT_TRUE(started) << started.error().message;
    here_->conductor.tick();  // its evidence counts from here
  }

  /// So many requests in each group, of which so many fail on the new side.
  void requests(ConductingProcess& in, int count, int failing = 0,
                std::chrono::milliseconds took = std::chrono::milliseconds(5),
                const std::string& operation = "catalog.read") {
    OperationEvidence& evidence = in.evidence.of("catalog", operation);
    const bool alone = share() == Percent::all();
    for (int i = 0; i < count; ++i) {
      const auto ending = i < failing ? Ending::Failed : Ending::Good;
      if (evidence.record(Group::New, ending, took)) in.conductor.trip("catalog", operation);
      if (alone) continue;
      evidence.record(Group::Control, Ending::Good, std::chrono::milliseconds(5));
      evidence.record(Group::Old, Ending::Good, std::chrono::milliseconds(5));
    }
  }

  /// So many pairs of answers, of which the first so many differ.
  void compare(int pairs, int differing, const std::string& operation = "catalog.read") {
    for (int i = 0; i < pairs; ++i) {
      here_->evidence.of("catalog", operation).pairs().add(i < differing, clock_.now(), rules_);
    }
  }
  void shadow() {
    clock_.advance(std::chrono::seconds(1));
    ASSERT_TRUE(here_->board.walk(
        "catalog", {}, {"bo", "what would it answer?"},
        [](const Traffic&, StoredPlan&) -> Result<Traffic> { return Traffic::shadow(); }));
  }

  void tick(ConductingProcess& in) {
    clock_.advance(Conductor::kTick);
    in.conductor.tick();
  }
  void tick() { tick(*here_); }

  Traffic traffic() const { return here_->store->stand()->find("catalog")->traffic; }
  Percent share() const { return traffic().reads; }
  PlanStatus plan() const { return here_->desk.plans()->front(); }
  LogEntry last_line() const { return here_->store->log(1)->front(); }

  /// Ticks with good requests until the new side has that share, or so many.
  void walk_to(std::int64_t hundredths, int most = 3'000) {
    for (int i = 0; i < most && share() != percent(hundredths); ++i) {
      requests(*here_, 100);
      tick();
    }
    ASSERT_EQ(to_string(share()), to_string(percent(hundredths))) << plan().reason;
    tick();  // has begun
  }

  const std::vector<JudgedOperation> operations_;
  Topology topology_;  ///< of all rollouts, for all processes
  test::TemporaryFolder folder_;
  const std::string file_ = folder_.file("control.db");
  ManualClock clock_;
  std::shared_ptr<const void> rules_ = std::make_shared<int>(1);  ///< by which pairs are compared
  std::unique_ptr<ConductingProcess> here_;
};

/// One suite over several files.
class TheConductor : public Conducted {};

}  // namespace banyan::strangler
