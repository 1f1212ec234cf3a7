// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <soci/soci.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "banyan/sql/session.hpp"
#include "statement_text.hpp"

namespace banyan::sql {

/// How an engine's SOCI backend carries bytes that are no text.
enum class BlobForm : std::uint8_t {
  SociBlob,  ///< soci::blob: SQLite's blobs
  HexText    ///< text "\x6261": PostgreSQL's bytea, for which SOCI has no type (its blobs are
             ///< large objects)
};

/// A prepared statement of SOCI with the variables that it exchanges: every value goes in and out
/// through soci::use and soci::into with a type that is known when it is prepared, and always with
/// an indicator. (soci::row would guess the types, cut integers to 32 bits, and run statements
/// twice.) Gone before its session.
class SociStatement {
 public:
  /// Throws soci::soci_error.
  SociStatement(soci::session& session, const StatementText& text, std::span<const Value> values,
                std::span<const Kind> columns, BlobForm blobs);
  SociStatement(const SociStatement&) = delete;
  SociStatement& operator=(const SociStatement&) = delete;

  std::size_t parameters() const { return parameters_.size(); }
  std::size_t columns() const { return columns_.size(); }
  Kind kind(std::size_t column) const { return columns_[column].kind; }
  /// May these values be put into the variables as they are? NULL may always.
  bool takes(std::span<const Value> values) const;
  bool gives(std::span<const Kind> columns) const;

  /// Runs it; true: a row is there. Values are moved from. Throws soci::soci_error.
  bool execute(std::span<Value> values);
  bool fetch();
  Row row();
  std::int64_t affected() { return statement_.get_affected_rows(); }
  /// Nothing of what was bound stays in memory longer than the run.
  void forget() noexcept;

  soci::details::statement_backend* backend() { return statement_.get_backend(); }

 private:
  /// A variable that SOCI reads or writes in place, so it never moves and never changes its kind.
  struct Variable {
    explicit Variable(Kind of) : kind(of) {}
    Kind kind;
    soci::indicator indicator = soci::i_ok;
    long long integer = 0;
    double real = 0;
    std::string text;
    std::unique_ptr<soci::blob> blob;
    Value value;
  };

  void use(Variable& variable, const std::string& name);
  void into(Variable& variable);
  void put(Variable& variable, Value& value) const;
  const Value& got(Variable& variable) const;

  BlobForm blobs_;
  std::deque<Variable> parameters_;
  std::deque<Variable> columns_;
  std::vector<const Value*> row_;
  soci::session& session_;
  soci::statement statement_;  // last: it lets go of the variables first
};

}  // namespace banyan::sql
