// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "application/names/name_rows.hpp"

namespace banyan::sql {
class Session;
}

namespace orders {

/// The names in the tables order_names….
class SqlNames final : public NameRows {
 public:
  /// For one unit of work.
  explicit SqlNames(banyan::sql::Session& session) : session_(session) {}

  NameGenerations generations() override;
  void set(const NameGenerations& generations) override;
  void put(std::int64_t generation, const std::string& id,
           const std::optional<std::string>& name) override;
  void put_if_absent(std::int64_t generation, const std::string& id,
                     const std::optional<std::string>& name) override;
  std::int64_t forget_before(std::int64_t generation, std::int64_t limit) override;
  std::optional<NamesRebuild> rebuild() override;
  void save(const NamesRebuild& rebuild) override;
  std::optional<banyan::Timestamp> complete_until(const std::string& source) override;
  void set_complete_until(const std::string& source, banyan::Timestamp until) override;

 private:
  banyan::sql::Session& session_;
};

}  // namespace orders
