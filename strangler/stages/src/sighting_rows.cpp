// SPDX-License-Identifier: Apache-2.0
#include "sighting_rows.hpp"

namespace banyan::strangler {
namespace {

std::int64_t number_of(bool fact) { return fact ? 1 : 0; }

void write(const sqlite::Connection& connection, const Sighting& seen) {
  const Topology& topology = seen.topology;
  connection
      .query(
          "INSERT INTO sightings (module, old_side, new_side, data, both_reach_data, "
          "old_side_sees_writes) VALUES (?, ?, ?, ?, ?, ?)")
      .bind_all(seen.module, number_of(topology.old_side), number_of(topology.new_side),
                to_string(topology.data), number_of(topology.both_reach_data),
                number_of(topology.old_side_sees_writes))
      .run();
}

}  // namespace

std::vector<Sighting> read_sightings(const sqlite::Connection& connection) {
  std::vector<Sighting> all;
  connection.each(
      "SELECT module, old_side, new_side, data, both_reach_data, old_side_sees_writes "
      "FROM sightings ORDER BY module",
      [&](const sqlite::Statement& row) {
        const auto data = data_stage_from(row.text(3));
        if (!data) return;
        all.push_back({row.text(0),
                       {.old_side = row.number(1) != 0,
                        .new_side = row.number(2) != 0,
                        .data = *data,
                        .both_reach_data = row.number(4) != 0,
                        .old_side_sees_writes = row.number(5) != 0}});
      });
  return all;
}

void write_sightings(const sqlite::Connection& connection, const std::vector<Sighting>& seen) {
  connection.run("DELETE FROM sightings");
  for (const Sighting& each : seen) write(connection, each);
}

}  // namespace banyan::strangler
