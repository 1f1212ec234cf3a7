// SPDX-License-Identifier: Apache-2.0
#include "banyan/stages/witness.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "banyan/sqlite/fault.hpp"
#include "banyan/sqlite/file_lock.hpp"

namespace banyan::strangler {
namespace {

constexpr std::chrono::seconds kAsleep{10};  // ten looks that did not come

/// One for each file, by whatever name it is opened.
std::string lock_of(const std::string& store_file) {
  std::error_code failed;
  const auto file = std::filesystem::canonical(store_file, failed);
  return (failed ? store_file : file.string()) + ".witness";
}

/// A process that hangs keeps its lock, and what it has noted grows old.
bool is_awake(const std::string& lock_file) {
  std::error_code failed;
  const auto looked = std::filesystem::last_write_time(lock_file, failed);
  return !failed && std::filesystem::file_time_type::clock::now() - looked < kAsleep;
}

}  // namespace

struct Witness::Inside {
  ControlStore& store;
  Survey survey;
  std::optional<sqlite::FileLock> lock{};
  std::unique_ptr<Scheduler::Handle> watch{};

  bool is_it();
  bool note();
  std::vector<Sighting> seen(const Stand& stand) const;
};

Witness::Witness(ControlStore& store, Survey survey)
    : inside_(std::make_unique<Inside>(Inside{store, std::move(survey)})) {}

Witness::~Witness() { end(); }

void Witness::begin(Scheduler& scheduler) {
  inside_->watch = scheduler.every(kLook, [this] { look(); });
  inside_->watch->wake();
}

void Witness::end() {
  inside_->watch.reset();
  inside_->lock.reset();
}

bool Witness::Inside::is_it() {
  if (lock && lock->is_held()) return true;
  try {
    if (!lock) lock.emplace(lock_of(store.file()), store.file());
    return lock->try_acquire();
  } catch (const sqlite::Fault&) {
    return false;  // nobody will take what is noted for what is so now
  }
}

/// What is gone from here may be there in another process: nothing is said of it.
std::vector<Sighting> Witness::Inside::seen(const Stand& stand) const {
  std::vector<Sighting> all;
  for (const Rollout& each : stand.rollouts) {
    const Topology topology = survey(each.module);
    if (!is_gone(topology)) all.push_back({each.module, topology});
  }
  return all;
}

bool Witness::Inside::note() {
  const auto stand = store.stand();
  if (!stand) return false;
  try {
    return store.note(seen(*stand)).has_value();
  } catch (const std::exception&) {
    return false;  // it cannot see, a database perhaps that is away
  }
}

// What is wrong is told by who reads the stages, and by the health of the database.
void Witness::look() {
  Inside& all = *inside_;
  if (!all.is_it()) return;
  if (!all.note() || !all.lock->touch()) all.lock->release();
}

bool has_witness(const std::string& store_file) {
  const std::string file = lock_of(store_file);
  return sqlite::FileLock::is_held(file) && is_awake(file);
}

Result<Survey> noted_survey(ControlStore& store) {
  // First the witness: one that ends meanwhile has noted what is read then.
  const bool current = has_witness(store.file());
  auto noted = store.sightings();
  if (!noted) return fail(std::move(noted.error()));
  return Survey([current, noted = std::move(*noted)](std::string_view module) {
    const auto found = std::ranges::find(noted, module, &Sighting::module);
    // Who sees now and says nothing of it has neither side of it.
    if (found == noted.end()) {
      return Topology{.old_side = !current, .new_side = !current, .current = false};
    }
    Topology topology = found->topology;
    topology.current = current;
    return topology;
  });
}

}  // namespace banyan::strangler
