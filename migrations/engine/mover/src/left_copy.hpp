// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "table_set.hpp"

/// The copy that a switch leaves at the place that is authoritative no longer. Nobody may change
/// it, and the next move that way drops it: what was changed nevertheless, past the guards, must be
/// found before. So each switch writes down, in both files, what it leaves: a digest of each table
/// with its rows, and of each index, trigger and view.
namespace banyan::mover {

/// "table stock" -> digest.
using Digests = std::map<std::string, std::string>;

/// `rows` has the digest of each table's rows.
Digests digests_of(const std::vector<SchemaObject>& objects, const Digests& rows);

/// Replaces what was written down for the module, for the switch that makes this epoch. Inside a
/// write transaction.
void write_down(const Connection& database, const std::string& module, std::int64_t epoch,
                const Digests& digests);

/// Of these tables and views, and what hangs on them: whatever is there and is not as it was
/// written down. What has been dropped is no loss and not among it. Nothing when nothing was
/// written down at this epoch (by a version that did not).
std::vector<SchemaObject> changed_since(const Connection& database, const std::string& module,
                                        std::int64_t epoch, const std::vector<std::string>& names);

/// Of the tables where they are authoritative: what the last switch did not bring there, or not so.
/// Rows do not count.
std::vector<SchemaObject> made_since(const Connection& database, const std::string& module,
                                     std::int64_t epoch, const std::vector<SchemaObject>& objects);

}  // namespace banyan::mover
