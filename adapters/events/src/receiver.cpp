// SPDX-License-Identifier: Apache-2.0
#include "banyan/events/receiver.hpp"

#include <algorithm>
#include <exception>
#include <map>
#include <set>
#include <utility>

#include "banyan/kernel/tracing.hpp"
#include "refusals.hpp"

namespace banyan::events {
namespace {

Delivery done() { return {Delivery::Outcome::Done, {}}; }

Delivery delivery_of(const EventAnswer& answer) {
  switch (answer.kind()) {
    case EventAnswer::Kind::Done: return done();
    case EventAnswer::Kind::Refused: return {Delivery::Outcome::Refused, answer.why()};
    case EventAnswer::Kind::Later: return {Delivery::Outcome::Later, answer.why()};
  }
  return done();
}

class InProcessTransport final : public EventTransport {
 public:
  explicit InProcessTransport(const Receiver& receiver) : receiver_(receiver) {}
  std::string_view name() const override { return "in_process"; }
  Deliveries deliver(std::span<const Envelope> events) override { return receiver_.take(events); }

 private:
  const Receiver& receiver_;
};

}  // namespace

Receiver::Receiver(std::string module, const std::vector<Subscription>& subscriptions,
                   void* subscriber, Inbox& inbox, const Environment& environment,
                   ReceiverOptions options)
    : module_(std::move(module)),
      subscriptions_(&subscriptions),
      subscriber_(subscriber),
      inbox_(&inbox),
      environment_(environment),
      options_(std::move(options)) {}

bool Receiver::follows(std::string_view source) const {
  return std::ranges::any_of(*subscriptions_,
                             [&](const Subscription& each) { return each.source == source; });
}

const Subscription* Receiver::find(std::string_view source, std::string_view type,
                                   unsigned& version) const {
  const auto name = parse_type_name(type);
  if (!name || name->module != source) return nullptr;
  version = name->version;
  const auto found = std::ranges::find_if(*subscriptions_, [&](const Subscription& each) {
    return each.source == source && each.info->name == name->event;
  });
  return found == subscriptions_->end() ? nullptr : &*found;
}

/// The marks of one delivery: what is in the inbox, and what has been passed since. Events that
/// nobody follows raise marks too, else they would look like a gap; that is written once for all.
class Receiver::Round {
 public:
  Round(const Receiver& receiver, std::span<const Envelope> events, const Context& context)
      : receiver_(receiver) {
    for (const Envelope& event : events) marks_.try_emplace(event.key, 0);
    std::vector<std::string> keys;
    keys.reserve(marks_.size());
    for (const auto& [key, mark] : marks_) keys.push_back(key);
    const auto found = receiver.inbox_->marks(events.front().source, keys, context);
    for (std::size_t i = 0; i < keys.size(); ++i) marks_[keys[i]] = found[i];
  }

  std::int64_t mark(const std::string& key) const { return marks_.at(key); }
  /// Passed without a unit of work.
  void pass(const Envelope& event) {
    marks_[event.key] = event.ordinal;
    unwritten_[event.key] = event.ordinal;
  }
  /// Its unit of work has raised the mark.
  void handled(const Envelope& event) {
    marks_[event.key] = event.ordinal;
    unwritten_.erase(event.key);
  }
  Result<void> write(const std::string& source, const Context& context) const {
    if (unwritten_.empty()) return {};
    std::vector<Inbox::Mark> marks;
    marks.reserve(unwritten_.size());
    for (const auto& [key, ordinal] : unwritten_) marks.push_back({key, ordinal});
    return receiver_.inbox_->raise(source, marks, context);
  }

 private:
  const Receiver& receiver_;
  std::map<std::string, std::int64_t, std::less<>> marks_;
  std::map<std::string, std::int64_t, std::less<>> unwritten_;
};

Deliveries Receiver::take(std::span<const Envelope> events) const {
  Deliveries answer;
  answer.each.resize(events.size());
  if (events.empty()) return answer;
  const auto out = [&answer](const Error& why) {
    for (Delivery& each : answer.each) each = {};
    answer.outage = why;
    return answer;
  };
  const auto fresh = [this] {
    return Context::begin(options_.budget, environment_.clock, environment_.random);
  };
  try {
    Round round(*this, events, fresh());
    std::set<std::string, std::less<>> behind;
    for (std::size_t i = 0; i < events.size() && !answer.outage; ++i) {
      const Envelope& event = events[i];
      Delivery& delivery = answer.each[i];
      unsigned version = 0;
      const Subscription* const subscription = find(event.source, event.type, version);
      const std::int64_t mark = round.mark(event.key);
      if (behind.contains(event.key)) {
        delivery.outcome = Delivery::Outcome::Behind;
        continue;
      }
      if (event.ordinal <= mark) {
        delivery = done();
      } else if (event.skip) {  // with all before it that never came
        round.pass(event);
        delivery = done();
      } else if (mark != 0 && event.ordinal > mark + 1) {
        delivery = {Delivery::Outcome::Later, event_gap(event, mark + 1)};
      } else if (subscription == nullptr) {
        round.pass(event);
        delivery = done();
      } else {
        delivery = handle(event, *subscription, version, answer.outage);
        if (delivery.outcome == Delivery::Outcome::Done) round.handled(event);
      }
      if (delivery.outcome != Delivery::Outcome::Done) behind.insert(event.key);
    }
    if (const auto written = round.write(events.front().source, fresh()); !written) {
      return out(written.error());
    }
    return answer;
  } catch (const OperationalFault& fault) {
    return out(fault.error());
  } catch (const std::exception& fault) {
    if (options_.on_fault) options_.on_fault(events.front(), fault.what());
    return out({ErrorCode::Internal,
                "banyan.fault",
                "module '" + module_ + "' could not take events; its log says why",
                {}});
  }
}

Delivery Receiver::handle(const Envelope& event, const Subscription& subscription, unsigned version,
                          std::optional<Error>& outage) const {
  Context context = Context::begin(options_.budget, environment_.clock, environment_.random);
  if (const auto trace = TraceContext::parse(event.traceparent)) {
    context.trace = trace->child(environment_.random);
  }
  context.delivery =
      std::make_shared<EventDelivery>(module_, event.source, event.key, event.ordinal);
  const EventContext about{event.source,  event.id,   event.key,
                           event.ordinal, event.time, event.traceparent};
  try {
    const EventAnswer answer =
        subscription.handle(subscriber_, version, event.data, about, context);
    // Whatever it says then: its effect is stored.
    if (context.delivery->committed()) return done();
    if (answer.kind() != EventAnswer::Kind::Done) return delivery_of(answer);
    const auto raised = inbox_->raise(event.source, {{event.key, event.ordinal}}, context);
    if (raised) return done();
    outage = raised.error();
    return {};
  } catch (const EventTaken&) {
    return done();
  } catch (const OperationalFault& fault) {
    if (context.delivery->committed()) return done();
    // The database is full, or gone: that is not the event's fault.
    outage = fault.error();
    return {};
  } catch (const std::exception& fault) {
    if (options_.on_fault) options_.on_fault(event, fault.what());
    if (context.delivery->committed()) return done();
    return {Delivery::Outcome::Refused,
            {ErrorCode::Internal,
             "banyan.fault",
             "module '" + module_ + "' has a fault in handling '" + event.type +
                 "'; its log says which",
             {}}};
  }
}

std::unique_ptr<EventTransport> make_in_process_transport(const Receiver& receiver) {
  return std::make_unique<InProcessTransport>(receiver);
}

}  // namespace banyan::events
