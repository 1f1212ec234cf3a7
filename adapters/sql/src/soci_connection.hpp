// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <soci/soci.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "connection.hpp"
#include "ownership.hpp"
#include "soci_statement.hpp"

namespace banyan::sql {

/// What the engines' connections have in common: a SOCI session, and the statements prepared on it.
/// The engine opens the session, says how faults are told apart, and checks what SOCI does not.
class SociConnection : public Connection {
 public:
  SociConnection(const SociConnection&) = delete;
  SociConnection& operator=(const SociConnection&) = delete;

  void query(std::size_t module, std::string_view sql, std::span<Value> values,
             std::span<const Kind> columns, std::size_t limit,
             const std::function<void(Row)>& take) final;
  std::int64_t execute(std::size_t module, std::string_view sql, std::span<Value> values) final;

  /// Statements prepared so far: what the cache is for.
  std::uint64_t prepared() const { return prepared_; }

 protected:
  SociConnection(Ownership& ownership, BlobForm blobs) : ownership_(ownership), blobs_(blobs) {}

  struct Prepared {
    std::unique_ptr<SociStatement> statement;
    bool reads_only = false;
    bool crosses = false;  ///< see ModuleStatement
    SteadyTime noted{};    ///< when the ownership last heard of it
  };

  // --- what an engine says ---
  /// Before anything of the statement happens, also when it is prepared already.
  virtual void about_to_run(std::size_t module, std::string_view sql) = 0;
  /// What SOCI does not check: how many columns there are, of what type. Sets `reads_only`, and
  /// `crosses` where the engine tells.
  virtual void check_prepared(std::size_t module, std::string_view sql, Prepared& prepared) = 0;
  /// A row is there, and has been exchanged.
  virtual void check_row(std::size_t module, std::string_view sql, SociStatement& statement) = 0;
  /// The statement has run, however it ended.
  virtual void end_run(SociStatement& statement) noexcept = 0;
  virtual Fault fault_from(std::size_t module, std::string_view sql, const soci::soci_error& error,
                           SociStatement* statement) = 0;

  Fault misuse(std::size_t module, std::string_view sql, const std::string& problem) const;
  /// "module 'orders', `SELECT …`": how each message about a statement begins.
  std::string place(std::size_t module, std::string_view sql) const;
  /// Gone before the session is.
  void drop_statements() { statements_.clear(); }

  Ownership& ownership_;
  soci::session session_;

 private:
  struct Key {
    std::size_t module;
    std::string sql;
  };
  struct KeyView {
    std::size_t module;
    std::string_view sql;
  };
  struct HashKey {
    using is_transparent = void;
    std::size_t operator()(const auto& key) const {
      return std::hash<std::string_view>{}(key.sql) * 31 + key.module;
    }
  };
  struct SameKey {
    using is_transparent = void;
    bool operator()(const auto& a, const auto& b) const {
      return a.module == b.module && std::string_view(a.sql) == std::string_view(b.sql);
    }
  };

  class Run;

  Prepared& prepare(std::size_t module, std::string_view sql, std::span<const Value> values,
                    std::span<const Kind> columns);
  Prepared make(std::size_t module, std::string_view sql, std::span<const Value> values,
                std::span<const Kind> columns);
  void forget_statement(std::size_t module, std::string_view sql);
  void note(std::size_t module, std::string_view sql, Prepared& prepared);

  BlobForm blobs_;
  std::unordered_map<Key, Prepared, HashKey, SameKey> statements_;
  std::uint64_t prepared_ = 0;
};

}  // namespace banyan::sql
