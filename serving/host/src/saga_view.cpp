// SPDX-License-Identifier: Apache-2.0
#include "saga_view.hpp"

#include <algorithm>
#include <boost/describe.hpp>
#include <vector>

#include "banyan/json/codec.hpp"
#include "banyan/kernel/random.hpp"
#include "banyan/sql/sagas.hpp"

namespace banyan::host {
namespace {

/// A saga as operators see it.
struct SagaView {
  SagaId id;
  std::string name;
  std::int64_t version = 1;
  std::string subject;
  SagaStatus status = SagaStatus::Active;
  SagaPhase phase = SagaPhase::Forward;
  std::int64_t step = 0;
  std::int64_t attempts = 0;
  std::int64_t outages = 0;
  std::string blocked_on;
  std::string holder;
  Timestamp began;
  std::optional<Timestamp> ended;
  std::optional<Timestamp> deadline;
  std::optional<std::string> turned_back;
  std::optional<std::string> problem;
  std::string correlation_id;
  std::vector<SagaStep> steps;
};
BOOST_DESCRIBE_STRUCT(SagaView, (),
                      (id, name, version, subject, status, phase, step, attempts, outages,
                       blocked_on, holder, began, ended, deadline, turned_back, problem,
                       correlation_id, steps))

SagaView view_of(const SagaRecord& saga) {
  return {saga.id,      saga.name,           saga.version,  saga.subject,  saga.status,
          saga.phase,   saga.step,           saga.attempts, saga.outages,  saga.blocked_on,
          saga.holder,  saga.began,          saga.ended,    saga.deadline, saga.turned_back,
          saga.problem, saga.correlation_id, saga.steps};
}

struct SagasOfModule {
  std::string module;
  std::vector<SagaView> sagas;  ///< newest first
};
BOOST_DESCRIBE_STRUCT(SagasOfModule, (), (module, sagas))

struct SagasDocument {
  std::vector<SagasOfModule> modules;
};
BOOST_DESCRIBE_STRUCT(SagasDocument, (), (modules))

constexpr std::int64_t kMostOpen = 200;
constexpr std::int64_t kMostOthers = 50;

std::vector<SagaView> sagas_in(sql::Session& session, const std::string& module) {
  sql::Sagas rows(session, module);
  std::vector<SagaView> sagas;
  for (const SagaFilter& filter :
       {SagaFilter{.status = SagaStatus::Stuck, .subject = {}, .before = {}, .limit = kMostOpen},
        SagaFilter{.status = SagaStatus::Active, .subject = {}, .before = {}, .limit = kMostOpen},
        SagaFilter{.status = {}, .subject = {}, .before = {}, .limit = kMostOthers}}) {
    for (const SagaInstance& each : rows.list(filter)) {
      if (std::ranges::find(sagas, each.data().id, &SagaView::id) != sagas.end()) continue;
      sagas.push_back(view_of(each.data()));
    }
  }
  std::ranges::sort(sagas, std::ranges::greater{}, &SagaView::id);
  return sagas;
}

}  // namespace

std::string sagas_of(const Assembly& assembly) {
  constexpr std::chrono::seconds kPatience{5};
  const Context context = Context::begin(kPatience, system_clock(), system_random());
  SagasDocument document;
  for (const auto& module : assembly.modules()) {
    if (!module->here) continue;
    const std::string name = module->name();
    // Said in the module's declaration; who keeps no sagas is not asked.
    if (std::ranges::count(module->entry->tables, name + "_sagas") == 0) continue;
    sql::ModuleDatabase database = *module->database;
    document.modules.push_back({name, database.read(context, [&](sql::Session& session) {
                                  return sagas_in(session, name);
                                })});
  }
  return json::encode(document);
}

}  // namespace banyan::host
