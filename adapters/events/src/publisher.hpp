// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "banyan/events/event_log.hpp"
#include "banyan/events/event_types.hpp"
#include "banyan/kernel/environment.hpp"
#include "banyan/kernel/unit_of_work.hpp"

namespace banyan::events {

/// Turns what a unit of work has published into what is stored.
class Publisher {
 public:
  Publisher(std::string module, std::vector<EventType> types, const Environment& environment)
      : module_(std::move(module)), types_(std::move(types)), environment_(environment) {}

  const std::string& module() const { return module_; }
  /// By slot and key, those of one key in the order of their publishing: whoever writes them in
  /// this order meets nobody who holds what it wants and wants what it holds. Without seq and
  /// ordinal.
  std::vector<Envelope> envelopes_of(const UnitOfWork& unit) const;

 private:
  Envelope envelope_of(const PublishedEvent& event) const;

  const std::string module_;
  const std::vector<EventType> types_;
  const Environment environment_;
};

}  // namespace banyan::events
