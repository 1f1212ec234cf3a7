// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "banyan/events/module_events.hpp"

namespace banyan::events {

/// The events of a module on memory stores, which get it as their UnitEnding. For tests and
/// demonstrations: nothing is forgotten but what is purged.
class MemoryEvents final : public ModuleEvents, public UnitEnding {
 public:
  MemoryEvents(std::string module, std::vector<EventType> types, const Environment& environment);
  ~MemoryEvents() override;

  EventLog& log() override;
  Inbox& inbox() override;
  void before_commit(const UnitOfWork& unit) override;
  void committed(const UnitOfWork& unit) noexcept override;

 private:
  class Tables;
  const std::unique_ptr<Tables> tables_;
};

}  // namespace banyan::events
