// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "banyan/kernel/saga.hpp"

namespace banyan::sql {

class Session;

/// The sagas of a module in two tables of its own, `<module>_sagas` and `<module>_saga_steps`,
/// which its migrations make as docs/how-to/sagas.md lists them: so they move with the module, and
/// each change of a saga is in one unit of work with what it is about. For one unit of work.
class Sagas final : public SagaRows {
 public:
  Sagas(Session& session, const std::string& module);
  std::optional<SagaInstance> find(const SagaId& id) override;
  std::optional<SagaInstance> newest_of(const std::string& subject) override;
  std::vector<SagaInstance> list(const SagaFilter& filter) override;
  std::vector<SagaId> due(const LeaseTime& now, std::chrono::microseconds longest,
                          const std::vector<std::string>& out, std::int64_t limit) override;
  std::optional<SagaId> waiting_for(const std::string& dependency, const LeaseTime& now,
                                    std::chrono::microseconds longest) override;
  std::vector<SagaVersion> open_versions() override;
  SagaFigures figures(Timestamp now, std::int64_t limit) override;
  std::vector<SagaInstance> in_trouble(Timestamp now, std::int64_t limit) override;
  bool add(const SagaInstance& saga) override;
  bool save(const SagaInstance& saga, std::int64_t epoch) override;
  void release(const std::string& dependency, const LeaseTime& now,
               std::chrono::microseconds spread) override;

  /// How many there are, those that are over as well; looks at `limit` of them, at most.
  std::int64_t count(std::int64_t limit);

  /// How list() asks for those of a status, behind `SELECT … FROM <module>_sagas`: for whoever
  /// looks at the plan of it. Takes :status, :before and :limit.
  static std::string which_are(SagaStatus status);

 private:
  template <class... Args>
  std::vector<SagaInstance> select(const std::string& which, const Args&... args);

  Session& session_;
  const std::string sagas_;
  const std::string steps_;
};

}  // namespace banyan::sql
