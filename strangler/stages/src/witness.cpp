// SPDX-License-Identifier: Apache-2.0
#include "banyan/stages/witness.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "banyan/sqlite/fault.hpp"
#include "banyan/sqlite/file_lock.hpp"

namespace banyan::strangler {
namespace {

/// One for each file, by whatever name it is opened.
std::string lock_of(const std::string& store_file) {
  std::error_code failed;
  const auto file = std::filesystem::canonical(store_file, failed);
  return (failed ? store_file : file.string()) + ".witness";
}

}  // namespace

struct Witness::Inside {
  ControlStore& store;
  Survey survey;
  std::optional<sqlite::FileLock> lock{};
  std::unique_ptr<Scheduler::Handle> watch{};

  bool is_it();
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

void Witness::look() {
  Inside& all = *inside_;
  if (!all.is_it()) return;
  const auto stand = all.store.stand();
  if (stand && all.store.note(all.seen(*stand))) return;
  all.lock->release();  // who reads the stages tells what is wrong with the store
}

bool has_witness(const std::string& store_file) {
  const std::string file = lock_of(store_file);
  std::error_code unknown;
  if (!std::filesystem::exists(file, unknown)) return false;
  try {
    sqlite::FileLock lock(file, store_file);
    return !lock.try_acquire();
  } catch (const sqlite::Fault&) {
    return false;
  }
}

Result<Survey> noted_survey(ControlStore& store) {
  // First the witness: one that ends meanwhile has noted what is read then.
  const bool current = has_witness(store.file());
  auto noted = store.sightings();
  if (!noted) return fail(std::move(noted.error()));
  return Survey([current, noted = std::move(*noted)](std::string_view module) {
    const auto found = std::ranges::find(noted, module, &Sighting::module);
    if (found == noted.end()) return Topology{.current = false};
    Topology topology = found->topology;
    topology.current = current;
    return topology;
  });
}

}  // namespace banyan::strangler
