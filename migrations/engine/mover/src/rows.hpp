// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "catalogue.hpp"
#include "progress_meter.hpp"

namespace banyan::mover {

/// A table, or the part of it that belongs to one module.
struct RowSet {
  Table table;
  std::string of_module{};  ///< "": all rows; else those whose column `module` says so
};

/// " WHERE module = 'orders'", or "" where all rows are meant.
std::string where_of(const RowSet& rows);
std::int64_t count_of(const Connection& database, const RowSet& rows);

/// How much of the whole table these rows are, by the length of their values: 0 to 1. Reads all.
double share_of(const Connection& database, const RowSet& rows);

/// Plain INSERTs, values bound as they were read: a conflict is an error and never a silent loss.
/// A Fault of kind Constraint names the row.
void copy_rows(const Connection& origin, const Connection& destination, const RowSet& rows,
               ProgressMeter& meter);

/// The row at which copy_rows() would fail, and why; nothing when there is none. `scratch` has the
/// table and is empty again afterwards.
std::optional<std::string> first_refused(const Connection& origin, const Connection& scratch,
                                         const RowSet& rows);

/// Compares in storage order: type and bytes of every column, generated ones too, and the row's
/// hidden number. The first difference in words, or nothing; then `digest` is that of the rows.
std::optional<std::string> first_difference(const Connection& origin, const Connection& destination,
                                            const RowSet& rows, ProgressMeter& meter,
                                            std::string& digest);

/// Of type and bytes of all values in storage order, without the hidden number, which VACUUM may
/// change.
std::string digest_of(const Connection& database, const RowSet& rows);

/// The AUTOINCREMENT counter, if there is one, or that there is none (never used, or reset).
void copy_sequence(const Connection& origin, const Connection& destination, const Table& table);
std::optional<std::string> sequence_difference(const Connection& origin,
                                               const Connection& destination, const Table& table);

}  // namespace banyan::mover
