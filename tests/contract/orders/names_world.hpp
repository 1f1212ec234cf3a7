// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "contract/sample_database.hpp"
#include "orders/module.hpp"

namespace banyan::contract {

enum class Storage : std::uint8_t { Memory, Sqlite, Postgres };
inline void PrintTo(Storage storage, std::ostream* out) {
  *out << (storage == Storage::Memory   ? "memory"
           : storage == Storage::Sqlite ? "sqlite"
                                        : "postgresql");
}

/// Orders, and those whose names it keeps, with the events between them, as a host wires them.
/// Events come when the test says so, or by themselves.
class NamesWorld {
 public:
  explicit NamesWorld(Storage storage);
  ~NamesWorld();
  NamesWorld(const NamesWorld&) = delete;
  NamesWorld& operator=(const NamesWorld&) = delete;

  catalog::Catalog& catalog();
  customers::Customers& customers();
  orders::Module& orders();

  /// Another process hosts orders from here on, on what this one has left.
  void restart_orders();

  /// Everything that has happened reaches orders, and it hears so.
  void deliver();
  /// From now on that goes on by itself.
  void start_delivering();

  /// Neither owner answers orders any more, or both do again.
  void set_owners_away(bool away);
  /// Called before each page of an owner's rows that orders reads.
  void set_before_page(std::function<void()> call);

  /// Delivers until the rebuild that was asked for last is over, and answers with how it is then.
  ReadModelReport await_rebuild();
  /// Asks for one, and waits for its end.
  ReadModelReport rebuild();

  /// By id, as the owners tell it: of whoever has left nothing.
  std::map<std::string, std::optional<std::string>> owned_names();
  /// By id, what orders shows of each of those.
  std::map<std::string, orders::KnownName> shown_names();
  /// Orders shows of each what the owner says, and no more.
  void expect_equal_to_owners();

 private:
  class Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace banyan::contract
