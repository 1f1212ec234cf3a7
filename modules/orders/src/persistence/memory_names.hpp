// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>

#include "application/names/name_rows.hpp"

namespace orders {

/// The names in maps.
class MemoryNames final : public NameRows {
 public:
  NameGenerations generations() override { return generations_; }
  void set(const NameGenerations& generations) override { generations_ = generations; }
  void put(std::int64_t generation, const std::string& id,
           const std::optional<std::string>& name) override {
    names_[{generation, id}] = name;
  }
  void put_if_absent(std::int64_t generation, const std::string& id,
                     const std::optional<std::string>& name) override {
    names_.try_emplace({generation, id}, name);
  }
  std::int64_t forget_before(std::int64_t generation, std::int64_t limit) override {
    std::int64_t forgotten = 0;
    while (!names_.empty() && names_.begin()->first.first < generation && forgotten < limit) {
      names_.erase(names_.begin());
      ++forgotten;
    }
    return forgotten;
  }
  std::optional<NamesRebuild> rebuild() override { return rebuild_; }
  void save(const NamesRebuild& rebuild) override { rebuild_ = rebuild; }
  std::optional<banyan::Timestamp> complete_until(const std::string& source) override {
    const auto found = complete_until_.find(source);
    if (found == complete_until_.end()) return std::nullopt;
    return found->second;
  }
  void set_complete_until(const std::string& source, banyan::Timestamp until) override {
    complete_until_[source] = until;
  }

  /// Nothing: not known. A name of nothing: who has left.
  std::optional<std::optional<std::string>> find(const std::string& id) const {
    const auto found = names_.find({generations_.served, id});
    if (found == names_.end()) return std::nullopt;
    return found->second;
  }

 private:
  NameGenerations generations_;
  std::map<std::pair<std::int64_t, std::string>, std::optional<std::string>> names_;
  std::optional<NamesRebuild> rebuild_;
  std::map<std::string, banyan::Timestamp> complete_until_;
};

}  // namespace orders
