// SPDX-License-Identifier: Apache-2.0
#include "persistence/sql_names.hpp"

#include <utility>

#include "banyan/sql/session.hpp"

namespace orders {

using banyan::Timestamp;
using Text = std::string;

NameGenerations SqlNames::generations() {
  const auto row = session_.one<std::int64_t, std::int64_t>(
      "SELECT served, building FROM order_names_served WHERE one = 1");
  if (!row) return {};
  return {std::get<0>(*row), std::get<1>(*row)};
}

void SqlNames::set(const NameGenerations& generations) {
  session_.run(
      "INSERT INTO order_names_served (one, served, building) VALUES (1, :served, :building)"
      " ON CONFLICT (one) DO UPDATE SET served = excluded.served, building = excluded.building",
      generations.served, generations.building);
}

void SqlNames::put(std::int64_t generation, const Text& id, const std::optional<Text>& name) {
  session_.run(
      "INSERT INTO order_names (generation, id, name) VALUES (:generation, :id, :name)"
      " ON CONFLICT (generation, id) DO UPDATE SET name = excluded.name",
      generation, id, name);
}

void SqlNames::put_if_absent(std::int64_t generation, const Text& id,
                             const std::optional<Text>& name) {
  session_.run(
      "INSERT INTO order_names (generation, id, name) VALUES (:generation, :id, :name)"
      " ON CONFLICT (generation, id) DO NOTHING",
      generation, id, name);
}

std::int64_t SqlNames::forget_before(std::int64_t generation, std::int64_t limit) {
  return session_.run(
      "DELETE FROM order_names WHERE (generation, id) IN (SELECT generation, id FROM order_names"
      " WHERE generation < :generation ORDER BY generation, id LIMIT :limit)",
      generation, limit);
}

std::optional<NamesRebuild> SqlNames::rebuild() {
  auto row = session_.one<std::int64_t, Text, Text, Timestamp, Text, Text, std::int64_t,
                          std::optional<Timestamp>, std::optional<Text>, Text, Text, std::int64_t>(
      "SELECT generation, who, why, asked_at, source, cursor, names, ended_at, problem, holder,"
      " clock_of, held_until FROM order_names_rebuild WHERE one = 1");
  if (!row) return std::nullopt;
  auto& [generation, who, why, asked_at, source, cursor, names, ended_at, problem, holder, clock,
         until] = *row;
  return NamesRebuild{.generation = generation,
                      .asked = {std::move(who), std::move(why)},
                      .asked_at = asked_at,
                      .source = std::move(source),
                      .cursor = std::move(cursor),
                      .names = names,
                      .ended_at = ended_at,
                      .problem = std::move(problem),
                      .holder = std::move(holder),
                      .held_until = {std::move(clock), until}};
}

void SqlNames::save(const NamesRebuild& rebuild) {
  session_.run(
      "INSERT INTO order_names_rebuild (one, generation, who, why, asked_at, source, cursor, names,"
      " ended_at, problem, holder, clock_of, held_until) VALUES (1, :generation, :who, :why,"
      " :asked_at, :source, :cursor, :names, :ended_at, :problem, :holder, :clock, :until)"
      " ON CONFLICT (one) DO UPDATE SET generation = excluded.generation, who = excluded.who,"
      " why = excluded.why, asked_at = excluded.asked_at, source = excluded.source,"
      " cursor = excluded.cursor, names = excluded.names, ended_at = excluded.ended_at,"
      " problem = excluded.problem, holder = excluded.holder, clock_of = excluded.clock_of,"
      " held_until = excluded.held_until",
      rebuild.generation, rebuild.asked.who, rebuild.asked.why, rebuild.asked_at, rebuild.source,
      rebuild.cursor, rebuild.names, rebuild.ended_at, rebuild.problem, rebuild.holder,
      rebuild.held_until.clock, rebuild.held_until.micros);
}

std::optional<Timestamp> SqlNames::complete_until(const Text& source) {
  return session_.value<Timestamp>(
      "SELECT complete_until FROM order_names_sources WHERE source = :source", source);
}

void SqlNames::set_complete_until(const Text& source, Timestamp until) {
  session_.run(
      "INSERT INTO order_names_sources (source, complete_until) VALUES (:source, :until)"
      " ON CONFLICT (source) DO UPDATE SET complete_until = excluded.complete_until",
      source, until);
}

}  // namespace orders
