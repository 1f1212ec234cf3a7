// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "banyan/events/event_log.hpp"
#include "banyan/events/event_types.hpp"
#include "banyan/kernel/environment.hpp"

namespace banyan::sql {
class ModuleDatabase;
}

namespace banyan::events {

/// The events of one module, both ways: what its units of work publish goes into its log, and what
/// they handle is marked in its inbox, in the same transaction.
class ModuleEvents {
 public:
  virtual ~ModuleEvents() = default;
  virtual EventLog& log() = 0;
  virtual Inbox& inbox() = 0;

  /// Called after each unit of work that has published something, on its thread, and soon after
  /// another process has committed anything beside the module's tables; see Relay::bell(). An empty
  /// function ends that, but for calls that have begun.
  void on_published(std::function<void()> wake) {
    wake_->set(wake);
    watch(std::move(wake));
  }

  /// Whom to call; safe for concurrent use. No lock is held meanwhile: whoever ends the calls need
  /// not wait for who calls.
  class Wake {
   public:
    void set(std::function<void()> wake) {
      auto call = std::make_shared<const std::function<void()>>(std::move(wake));
      const std::lock_guard lock(mutex_);
      call_.swap(call);
    }
    void operator()() const {
      const auto call = current();
      if (call && *call) (*call)();
    }

   private:
    std::shared_ptr<const std::function<void()>> current() const {
      const std::lock_guard lock(mutex_);
      return call_;
    }

    mutable std::mutex mutex_;
    std::shared_ptr<const std::function<void()>> call_;
  };

 protected:
  const std::shared_ptr<Wake>& waking() const { return wake_; }

 private:
  /// Calls it for the commits of other processes; an empty one ends that.
  virtual void watch(std::function<void()> /*wake*/) {}

  const std::shared_ptr<Wake> wake_ = std::make_shared<Wake>();
};

/// On the tables of a module, of which nothing may have been asked yet. `types` is what it
/// publishes; a unit that publishes anything else is a std::logic_error.
std::shared_ptr<ModuleEvents> make_sql_events(const sql::ModuleDatabase& database,
                                              std::vector<EventType> types,
                                              const Environment& environment);

}  // namespace banyan::events
