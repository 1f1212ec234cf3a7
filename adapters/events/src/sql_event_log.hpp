// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "banyan/events/event_log.hpp"
#include "banyan/kernel/environment.hpp"
#include "banyan/sql/kit_access.hpp"

namespace banyan::events {

/// The log on the kit's tables beside a module's.
class SqlEventLog final : public EventLog {
 public:
  SqlEventLog(sql::KitAccess access, const Clock& clock)
      : access_(std::move(access)), clock_(&clock) {}

  const std::string& module() const override { return access_.module(); }
  bool add_lane(const std::string& lane, Start start, const Context& context) override;
  Route take_route(const std::string& lane, const std::string& transport,
                   const Context& context) override;
  Route settle_route(const std::string& lane, const Context& context) override;
  std::vector<int> slots_with_work(const std::string& lane, const std::string& holder,
                                   const Context& context) override;
  std::optional<Lease> lease(const std::string& lane, int slot, const std::string& holder,
                             std::chrono::microseconds length, const Context& context) override;
  bool renew(const Lease& lease, std::chrono::microseconds length, const Context& context) override;
  Batch read(const Lease& lease, const BatchLimits& limits, const Context& context) override;
  std::vector<Hold> due(const Lease& lease, std::int64_t limit, const Context& context) override;
  Batch events_of(const Lease& lease, const Hold& hold, const BatchLimits& limits,
                  const Context& context) override;
  bool settle(const Lease& lease, const Settlement& settlement, const Context& context) override;
  std::int64_t purge(Timestamp before, std::int64_t limit, const Context& context) override;
  std::vector<LaneReport> lanes(const Context& context) override;
  std::vector<Hold> holds(const std::string& lane, std::int64_t limit,
                          const Context& context) override;
  std::int64_t replay(const std::string& lane, const std::string& key, const By& by,
                      const Context& context) override;
  bool skip(const std::string& lane, const std::string& key, const By& by,
            const Context& context) override;
  Result<bool> forget_lane(const std::string& lane, const By& by, const Context& context) override;
  std::vector<LaneAction> actions(std::int64_t limit, const Context& context) override;

  /// What is further away than anybody waits was written by a clock that has been put back.
  static constexpr std::chrono::microseconds kLongestWait = std::chrono::hours(24);

 private:
  using Body = std::function<bool(sql::Session&, const LeaseTime& now)>;
  /// Throws OperationalFault for what prevents it. Answers what the body did.
  bool write(const Context& context, const Body& body) const;
  Route route_of(sql::Session& session, const std::string& lane) const;
  std::int64_t end_of(sql::Session& session) const;
  std::vector<Hold> holds_where(sql::Session& session, const LeaseTime& now,
                                const std::string& lane, std::optional<int> due_in,
                                std::int64_t limit) const;

  void begin_with_first(sql::Session& session, const std::string& lane,
                        const std::string& key) const;
  void note(sql::Session& session, const std::string& lane, const std::string& key,
            std::string_view action, const By& by) const;

  const sql::KitAccess access_;
  const Clock* clock_;
};

}  // namespace banyan::events
