// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/sql/kit_access.hpp"

namespace banyan::sql {

/// Told what went wrong on a thread; may be empty. See Options::on_fault.
using OnFault = std::function<void(std::string_view what)>;

/// Calls `task`, and tells `on_fault` what it throws: an exception that leaves a thread ends the
/// process.
void contain(const std::function<void()>& task, const OnFault& on_fault) noexcept;

/// Whom to tell of commits, by module. One that throws keeps nobody else from being told. Safe for
/// concurrent use; no lock is held while they are told.
class CommitListeners {
 public:
  explicit CommitListeners(OnFault on_fault) : on_fault_(std::move(on_fault)) {}

  std::unique_ptr<CommitWatch> add(const std::string& module, std::function<void()> changed) {
    auto listener = std::make_shared<const Listener>(module, std::move(changed));
    {
      const std::lock_guard lock(list_->mutex);
      list_->all.push_back(listener);
    }
    return std::make_unique<Watch>(list_, std::move(listener));
  }

  void tell_all() const {
    tell_if([](const std::string&) { return true; });
  }
  void tell(std::string_view of) const {
    tell_if([of](const std::string& module) { return module == of; });
  }

 private:
  struct Listener {
    Listener(std::string of, std::function<void()> call)
        : module(std::move(of)), changed(std::move(call)) {}
    const std::string module;
    const std::function<void()> changed;
  };
  using Listeners = std::vector<std::shared_ptr<const Listener>>;
  struct List {
    std::mutex mutex;
    Listeners all;
  };

  class Watch final : public CommitWatch {
   public:
    Watch(std::shared_ptr<List> list, std::shared_ptr<const Listener> listener)
        : list_(std::move(list)), listener_(std::move(listener)) {}
    ~Watch() override {
      const std::lock_guard lock(list_->mutex);
      std::erase(list_->all, listener_);
    }

   private:
    const std::shared_ptr<List> list_;
    const std::shared_ptr<const Listener> listener_;
  };

  void tell_if(const auto& wanted) const {
    Listeners now;
    {
      const std::lock_guard lock(list_->mutex);
      now = list_->all;
    }
    for (const auto& listener : now) {
      if (wanted(listener->module)) contain(listener->changed, on_fault_);
    }
  }

  const OnFault on_fault_;
  const std::shared_ptr<List> list_ = std::make_shared<List>();
};

}  // namespace banyan::sql
