// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "catalogue.hpp"
#include "meter.hpp"

namespace banyan::mover {

/// A table, or the part of it that belongs to one module.
struct RowSet {
  Table table;
  std::string of_module{};  ///< "": all rows; else those whose column `module` says so
};

std::int64_t count_of(const Connection& database, const RowSet& rows);

/// Plain INSERTs, values bound as they were read: a conflict is an error and never a silent loss.
void copy_rows(const Connection& origin, const Connection& destination, const RowSet& rows,
               Meter& meter);

/// Compares in storage order: type and bytes of every column, generated ones too, and the row's
/// hidden number. The first difference in words, or nothing.
std::optional<std::string> first_difference(const Connection& origin, const Connection& destination,
                                            const RowSet& rows, Meter& meter);

/// The AUTOINCREMENT counter, if the table has one.
void copy_sequence(const Connection& origin, const Connection& destination, const Table& table);
std::optional<std::string> sequence_difference(const Connection& origin,
                                               const Connection& destination, const Table& table);

}  // namespace banyan::mover
