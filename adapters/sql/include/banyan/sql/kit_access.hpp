// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "banyan/kernel/lease.hpp"
#include "banyan/sql/data_source.hpp"
#include "banyan/sql/module_database.hpp"

namespace banyan::sql {

/// A read or a write of the kit's own beside a module's tables. Its session reaches the kit's
/// tables there (names that begin with `banyan_`), and they move with the module's.
struct KitUnit {
  Session& session;
  const std::function<LeaseTime()>& lease_now;  ///< see banyan::UnitOfWork
};

/// What the kit adds to each unit of work of a module that is to be kept.
class UnitEnding {
 public:
  virtual ~UnitEnding() = default;
  /// Inside the unit, after its body. Whatever it throws undoes the unit. Answers whether
  /// committed() is to be called; like the body it may run more than once.
  virtual bool before_commit(Session& kit, const banyan::UnitOfWork& unit) = 0;
  /// The unit is on the disk. On the thread of who asked for it.
  virtual void committed(const Context& context) noexcept = 0;
  /// Are other processes to be told of what committed() is called for? See KitAccess::watch().
  virtual bool is_announced() const { return false; }
};

/// Somebody is told of commits, until it is gone; but for a call that has begun.
class CommitWatch {
 public:
  CommitWatch() = default;
  virtual ~CommitWatch() = default;
  CommitWatch(const CommitWatch&) = delete;
  CommitWatch& operator=(const CommitWatch&) = delete;
};

/// The way of the kit's own adapters to a module's database. Safe for concurrent use, but for
/// add_ending().
class KitAccess {
 public:
  explicit KitAccess(const ModuleDatabase& database) : connection_(database.connection_) {}

  const std::string& module() const;
  Engine engine() const;

  /// See ModuleDatabase::read(); `body` sees one snapshot.
  void read(const Context& context, const std::function<void(KitUnit&)>& body) const;
  /// See ModuleDatabase::write(); `body` answers whether to keep what it did.
  [[nodiscard]] std::optional<Error> write(const Context& context,
                                           const std::function<bool(KitUnit&)>& body) const;

  /// Calls `changed` soon after another process has committed something beside the module's tables,
  /// where that is a file, or something that is announced, where that is a server; sometimes
  /// without a reason.
  /// It is called on a thread of the database's, for which the others wait. While a server cannot
  /// be reached something may be missed: whoever watches looks by itself, too, now and then.
  [[nodiscard]] std::unique_ptr<CommitWatch> watch(std::function<void()> changed) const;

  /// Before the module does anything.
  void add_ending(std::shared_ptr<UnitEnding> ending) const;

 private:
  std::shared_ptr<ModuleConnection> connection_;
};

}  // namespace banyan::sql
