// SPDX-License-Identifier: Apache-2.0
#include "publisher.hpp"

#include <algorithm>
#include <stdexcept>
#include <tuple>

#include "banyan/json/shape.hpp"
#include "banyan/json/writer.hpp"
#include "banyan/kernel/id.hpp"

namespace banyan::events {

Envelope Publisher::envelope_of(const PublishedEvent& event) const {
  const auto type = std::ranges::find(types_, event.type, &EventType::type);
  if (type == types_.end()) {
    throw std::logic_error("module '" + module_ + "' publishes '" + std::string(event.info->name) +
                           "', which is not in its list Published. Add it at the end of include/" +
                           module_ + "/events.hpp.");
  }
  Envelope envelope;
  envelope.source = module_;
  envelope.type = type_name(module_, *event.info);
  const json::Field& key = *json::find_field(*type->shape, event.info->key);
  // The table of fields is one for reading and writing.
  void* const value = const_cast<void*>(event.value.get());  // NOLINT(*-const-cast)
  json::write_scalar(key.shape(), key.in(value), envelope.key);
  json::write_json(*type->shape, event.value.get(), envelope.data);
  envelope.slot = slot_of(envelope.key);
  envelope.time = environment_.clock.now();
  envelope.id = make_uuid7(envelope.time, environment_.random);
  return envelope;
}

std::vector<Envelope> Publisher::envelopes_of(const UnitOfWork& unit) const {
  std::vector<Envelope> all;
  all.reserve(unit.published().size());
  const Context& context = unit.context();
  const bool recorded = context.recording != nullptr || context.trace.sampled;
  for (const PublishedEvent& event : unit.published()) {
    Envelope& envelope = all.emplace_back(envelope_of(event));
    if (recorded) envelope.traceparent = context.trace.traceparent();
  }
  std::ranges::stable_sort(all, {}, [](const Envelope& each) {
    return std::tuple<int, std::string_view>(each.slot, each.key);
  });
  return all;
}

}  // namespace banyan::events
