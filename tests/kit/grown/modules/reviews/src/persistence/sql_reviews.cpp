#include "persistence/sql_reviews.hpp"

#include <tuple>
#include <utility>

#include "banyan/sql/module_database.hpp"

namespace reviews {
namespace {

using banyan::sql::ModuleDatabase;
using banyan::sql::Session;

class SqlItems final : public ItemsWriting {
 public:
  explicit SqlItems(Session& session) : session_(session) {}

  std::optional<Item> find(const ItemId& id) override {
    std::vector<Item> items = items_where("WHERE id = :id", id);
    if (items.empty()) return std::nullopt;
    return std::move(items.front());
  }

  std::optional<ItemId> newest() override {
    std::vector<Item> items = items_where("ORDER BY id DESC LIMIT 1");
    if (items.empty()) return std::nullopt;
    return items.front().id;
  }

  std::vector<Item> page(const std::string& after, std::int64_t limit) override {
    return items_where("WHERE id > :after ORDER BY id LIMIT :limit", after, limit);
  }

  void add(const Item& item) override {
    session_.run("INSERT INTO reviews_items (id, text, about) VALUES (:id, :text, :about)", item.id,
                 item.text, item.about);
  }

 private:
  template <class... Args>
  std::vector<Item> items_where(const std::string& which, const Args&... args) {
    std::vector<Item> items;
    for (auto& [id, text, about] : session_.all<ItemId, std::string, std::optional<notes::ItemId>>(
             "SELECT id, text, about FROM reviews_items " + which, args...)) {
      items.push_back({std::move(id), std::move(text), std::move(about)});
    }
    return items;
  }

  Session& session_;
};

class SqlItemStore final : public ItemStore {
 public:
  explicit SqlItemStore(ModuleDatabase& database) : database_(database) {}

 private:
  void run_read(const banyan::Context& context,
                const std::function<void(ItemsReading&, banyan::UnitOfWork&)>& body) override {
    database_.read(context, [&body](banyan::sql::UnitOfWork& unit) {
      SqlItems items(unit.session());
      body(items, unit);
    });
  }

  banyan::Result<void> run_write(
      const banyan::Context& context,
      const std::function<banyan::Result<void>(ItemsWriting&, banyan::UnitOfWork&)>& body)
      override {
    return database_.write(context, [&body](banyan::sql::UnitOfWork& unit) {
      SqlItems items(unit.session());
      return body(items, unit);
    });
  }

  ModuleDatabase& database_;
};

}  // namespace

std::unique_ptr<ItemStore> make_sql_store(ModuleDatabase& database) {
  return std::make_unique<SqlItemStore>(database);
}

}  // namespace reviews
