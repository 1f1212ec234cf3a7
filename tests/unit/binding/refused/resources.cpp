// SPDX-License-Identifier: Apache-2.0
// Compiled once per case by the tests: each must fail with its sentence.
#include <boost/describe.hpp>
#include <cstdint>

#include "banyan/binding/port_binding_impl.hpp"
#include "banyan/kernel/resources.hpp"

namespace shelf {

struct Book {
  std::int64_t number = 0;
};
BOOST_DESCRIBE_STRUCT(Book, (), (number))

struct GetBook {
  std::int64_t number = 0;
  using Response = Book;
  static constexpr banyan::Operation operation{.name = "get_book"};
};
BOOST_DESCRIBE_STRUCT(GetBook, (), (number))

struct GetByTitle {
  std::int64_t title = 0;
  using Response = Book;
  static constexpr banyan::Operation operation{.name = "get_by_title"};
};
BOOST_DESCRIBE_STRUCT(GetByTitle, (), (title))

struct AddBook {
  std::int64_t number = 0;
  using Response = Book;
  static constexpr banyan::Operation operation{.name = "add_book", .effect = banyan::Effect::Write};
#if CASE == 5
  std::int64_t if_version = 0;
#endif
};
#if CASE == 5
BOOST_DESCRIBE_STRUCT(AddBook, (), (number, if_version))
#else
BOOST_DESCRIBE_STRUCT(AddBook, (), (number))
#endif

struct Shelf : banyan::Port<GetBook, GetByTitle, AddBook> {
  static constexpr banyan::PortInfo port{.name = "shelf"};
};

constexpr bool is_being_printed(const Book& book) { return book.number == 0; }

constexpr auto http_resources = banyan::resources<Shelf>(
    banyan::at<GetBook>("GET /books/{number}"), banyan::at<GetByTitle>("GET /titles/{title}"),
#if CASE == 1
    banyan::at<AddBook>("GET /add-book")
#elif CASE == 2
    banyan::at<AddBook>("PUT /books", "/books/{number}")
#elif CASE == 3
    banyan::at<AddBook>("POST /books", "/novels/{number}")
#elif CASE == 5
    banyan::at<AddBook>("POST /books")
#elif CASE == 6
    banyan::at<AddBook>("POST /books").accepted_while<&is_being_printed>()
#elif CASE == 7
    banyan::at<AddBook>("POST /books").accepted_while<&is_being_printed>("/novels/{number}")
#else
    banyan::at<AddBook>("POST /books", "/titles/{title}")
#endif
);

}  // namespace shelf

template <>
struct banyan::binding::ResourcesOf<shelf::Shelf> {
  static constexpr auto value = shelf::http_resources;
};

template struct banyan::binding::PortBinding<shelf::Shelf>;
