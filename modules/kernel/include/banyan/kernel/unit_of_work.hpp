// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

#include "banyan/kernel/context.hpp"
#include "banyan/kernel/event.hpp"
#include "banyan/kernel/idempotency.hpp"
#include "banyan/kernel/lease.hpp"
#include "banyan/kernel/result.hpp"

namespace banyan {

/// Marks that a transaction is open on this thread. Every binding refuses a port call while one
/// is ("banyan.call_inside_unit_of_work"): inside one process such a call happens to work, holds
/// a lock for as long as the callee likes, and breaks on the day the callee moves out.
class OpenUnitOfWork {
 public:
  OpenUnitOfWork() { ++depth_; }
  ~OpenUnitOfWork() { --depth_; }
  OpenUnitOfWork(const OpenUnitOfWork&) = delete;
  OpenUnitOfWork& operator=(const OpenUnitOfWork&) = delete;

  static bool on_this_thread() { return depth_ > 0; }

 private:
  static inline thread_local int depth_ = 0;
};

/// Whether anything has been committed during the call that is under way on this thread. From then
/// on no answer may say that nothing was changed: see refuse_answer(). A call inside of the call
/// tells the outer one.
class CommitMark {
 public:
  CommitMark() : outer_(innermost_) { innermost_ = this; }
  ~CommitMark() {
    innermost_ = outer_;
    if (committed_ && outer_ != nullptr) outer_->committed_ = true;
  }
  CommitMark(const CommitMark&) = delete;
  CommitMark& operator=(const CommitMark&) = delete;

  bool committed() const { return committed_; }

  /// Said by who keeps what a unit of work did, and by who asked another process for a write that
  /// may have begun there.
  static void commit() noexcept {
    if (innermost_ != nullptr) innermost_->committed_ = true;
  }

 private:
  static inline thread_local CommitMark* innermost_ = nullptr;
  CommitMark* const outer_;
  bool committed_ = false;
};

/// A module's open transaction as the kit sees it: what the kit keeps for the module is written
/// through it, and so together with what the module changes. Handed to the bodies of
/// Store::read() and Store::write(); valid only inside them, on their thread.
class UnitOfWork {
 public:
  explicit UnitOfWork(const Context& context) : context_(context) {}
  UnitOfWork(const UnitOfWork&) = delete;
  UnitOfWork& operator=(const UnitOfWork&) = delete;

  /// Of the call that the unit belongs to; nothing in it runs beyond the deadline.
  const Context& context() const { return context_; }

  /// Now, on the clock by which everybody who works on this database times leases.
  virtual LeaseTime lease_now() = 0;

  /// The command is accepted, and more units of work follow: if nobody gets further than this
  /// one, `response` is what the command has answered. Only for commands that take several units;
  /// does nothing in a call without an idempotency key.
  template <class Response>
  void accept(const Response& response) {
    keep(Result<Response>(response), false);
  }

  /// What the command answers. A unit whose body returns the operation's Response does this by
  /// itself.
  template <class Response>
  void answer(const Result<Response>& result) {
    keep(result, true);
  }

  /// Tells all who follow this module what has happened. They hear of it when the unit is kept, and
  /// only then, each in a unit of work of its own; events of one key in the order in which they
  /// were published. Say what changes first and publish after: what guards the aggregate (its row)
  /// then orders its events too. `event` is one of the module's `Published` (see kernel/event.hpp).
  template <IsEvent E>
  void publish(E event) {
    published_.push_back({&E::event, typeid(E), std::make_shared<const E>(std::move(event))});
  }
  /// What was published so far; for those who implement stores.
  const std::vector<PublishedEvent>& published() const { return published_; }

  struct KeptAnswer {
    std::string text;
    bool final = false;
  };
  /// What was said last; for those who implement stores.
  const std::optional<KeptAnswer>& kept() const { return kept_; }

 protected:
  ~UnitOfWork() = default;

 private:
  template <class Response>
  void keep(const Result<Response>& result, bool final) {
    const KeyedCommand* command = context_.command.get();
    if (command == nullptr || !command->answers_with(typeid(Response))) return;
    kept_ = KeptAnswer{command->encode(&result), final};
  }

  const Context& context_;
  std::optional<KeptAnswer> kept_;
  std::vector<PublishedEvent> published_;
};

}  // namespace banyan
