#pragma once

#include <array>
#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "banyan/kernel/paging.hpp"
#include "banyan/kernel/port.hpp"
#include "notes/ids.hpp"
#include "reviews/ids.hpp"

/// What people think of notes.
namespace reviews {

struct Item {
  ItemId id;
  std::string text;
  std::optional<notes::ItemId> about = std::nullopt;
  friend bool operator==(const Item&, const Item&) = default;
};
BOOST_DESCRIBE_STRUCT(Item, (), (id, text, about))

struct ItemPage {
  std::vector<Item> items;                 ///< in the order in which they were added
  std::optional<std::string> next_cursor;  ///< absent on the last page
};
BOOST_DESCRIBE_STRUCT(ItemPage, (), (items, next_cursor))

struct AddItem {
  std::string text;                    ///< 1 … 500 bytes
  std::optional<notes::ItemId> about;  ///< a note that there is

  using Response = Item;
  static constexpr banyan::Operation operation{
      .name = "add_item",
      .effect = banyan::Effect::Write,
      .idempotency = banyan::Idempotency::ByKey,
      .errors = banyan::errors("reviews.bad_text", "reviews.unknown_note"),
      .summary = "Adds an item; under the same idempotency key, once.",
      .postcondition = "one item exists for the key"};
};
BOOST_DESCRIBE_STRUCT(AddItem, (), (text, about))

struct GetItem {
  ItemId id;

  using Response = Item;
  static constexpr banyan::Operation operation{.name = "get_item",
                                               .effect = banyan::Effect::Read,
                                               .errors = banyan::errors("reviews.unknown_item"),
                                               .summary = "One item.",
                                               .precondition = "the item exists"};
};
BOOST_DESCRIBE_STRUCT(GetItem, (), (id))

inline constexpr banyan::PageBounds kPage{.usual = 50, .most = 200};

struct ListItems {
  std::optional<std::string> cursor;  ///< `next_cursor` of the page before
  std::optional<std::int64_t> limit;  ///< 1 … 200, else 50

  using Response = ItemPage;
  static constexpr std::array limits{banyan::page_limit(kPage)};
  static constexpr banyan::Operation operation{
      .name = "list_items",
      .effect = banyan::Effect::Read,
      .errors = banyan::errors("reviews.bad_cursor", "reviews.bad_limit"),
      .summary = "Items, a page at a time."};
};
BOOST_DESCRIBE_STRUCT(ListItems, (), (cursor, limit))

struct Reviews : banyan::Port<AddItem, GetItem, ListItems> {
  static constexpr banyan::PortInfo port{
      .name = "reviews", .version = {1, 0}, .summary = "What people think of notes"};
};

}  // namespace reviews
