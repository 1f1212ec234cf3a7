// SPDX-License-Identifier: Apache-2.0
#include "sql_outbox.hpp"

namespace banyan::events {
namespace {

using sql::Session;
using Text = std::string;

// Which of the server's advisory locks guards a slot: a class of the kit's own ("bany" in ASCII),
// and in it a number of the module's. Two modules that share one only wait for each other.
constexpr std::int64_t kLockClass = 0x62616e79;
std::int64_t lock_of(const Text& module, int slot) {
  std::uint32_t hash = 2166136261U;
  for (const char character : module) {
    hash = (hash ^ static_cast<unsigned char>(character)) * 16777619U;
  }
  constexpr std::uint32_t kModules = 1U << 20U;
  return static_cast<std::int64_t>(hash % kModules) * 1024 + slot;
}

std::int64_t next_ordinal(Session& kit, const Text& module, const Text& key) {
  return kit
      .value<std::int64_t>(
          "INSERT INTO banyan_outbox_head (module, key, ord) VALUES (:module, :key, 1)"
          " ON CONFLICT (module, key) DO UPDATE SET ord = banyan_outbox_head.ord + 1 RETURNING ord",
          module, key)
      .value();
}

// The only writer of the file.
void append_to_file(Session& kit, const Text& module, const std::vector<Envelope>& events) {
  const auto count = static_cast<std::int64_t>(events.size());
  std::int64_t seq =
      kit.value<std::int64_t>(
             "INSERT INTO banyan_outbox_end (module, seq) VALUES (:module, :count)"
             " ON CONFLICT (module) DO UPDATE SET seq = banyan_outbox_end.seq + :count"
             " RETURNING seq",
             module, count)
          .value() -
      count;
  for (const Envelope& event : events) {
    kit.run(
        "INSERT INTO banyan_outbox (module, slot, seq, key, ord, id, type, at, trace, data) VALUES"
        " (:module, :slot, :seq, :key, :ord, :id, :type, :at, :trace, :data)",
        module, static_cast<std::int64_t>(event.slot), ++seq, event.key,
        next_ordinal(kit, module, event.key), event.id, event.type, event.time, event.traceparent,
        event.data);
  }
}

// The number is drawn under the lock of the slot, which is held until the commit can be seen: what
// a reader sees of a slot is a beginning of it. The lock comes before the row of the key: whoever
// has that and waits for the slot would stop who has the slot and comes to the same key.
void append_on_server(Session& kit, const Text& module, const std::vector<Envelope>& events) {
  for (const Envelope& event : events) {
    kit.run(
        "WITH turn AS MATERIALIZED (SELECT pg_advisory_xact_lock(CAST(:class AS INTEGER),"
        " CAST(:lock AS INTEGER))), head AS (INSERT INTO banyan_outbox_head (module, key, ord)"
        " SELECT CAST(:module AS TEXT), CAST(:key AS TEXT), 1 FROM turn"
        " ON CONFLICT (module, key) DO UPDATE SET ord = banyan_outbox_head.ord + 1 RETURNING ord)"
        " INSERT INTO banyan_outbox (module, slot, seq, key, ord, id, type, at, trace, data)"
        " SELECT CAST(:module AS TEXT), CAST(:slot AS BIGINT), nextval('banyan_outbox_seq'),"
        " CAST(:key AS TEXT), head.ord, CAST(:id AS TEXT), CAST(:type AS TEXT),"
        " CAST(:at AS BIGINT), CAST(:trace AS TEXT), CAST(:data AS TEXT) FROM head",
        kLockClass, lock_of(module, event.slot), module, event.key,
        static_cast<std::int64_t>(event.slot), event.id, event.type, event.time, event.traceparent,
        event.data);
  }
}

}  // namespace

void append_to_outbox(Session& kit, sql::Engine engine, const Text& module,
                      const std::vector<Envelope>& events) {
  if (engine == sql::Engine::Sqlite) {
    append_to_file(kit, module, events);
  } else {
    append_on_server(kit, module, events);
  }
}

}  // namespace banyan::events
