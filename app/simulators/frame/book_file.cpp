// SPDX-License-Identifier: Apache-2.0
#include "book_file.hpp"

#include <Poco/Data/DataException.h>
#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Data/Statement.h>
#include <Poco/Data/Transaction.h>

#include <array>
#include <cstddef>
#include <fstream>
#include <string_view>

namespace simulators {
namespace {

using Poco::Data::Session;
using Poco::Data::Keywords::into;
using Poco::Data::Keywords::now;

// Poco tries for a minute, if not told otherwise; but a file can be opened at once or not at all.
constexpr std::size_t kSecondsToOpen = 1;

[[noreturn]] void refuse(const std::string& file, const std::string& why) {
  throw Poco::FileException("the books are not kept in \"" + file + "\": it " + why +
                            ". It is left as it is. Give --books another file, or a new one");
}

/// Before SQLite has the file: it plays a log in that it finds beside it, and puts one there where
/// the file says so, which books never do (https://sqlite.org/fileformat.html#the_database_header).
void look_at_header(const std::string& file, const BookMark& mark) {
  constexpr std::size_t kReadVersion = 19;
  constexpr std::size_t kApplicationId = 68;
  constexpr std::string_view kMagic{"SQLite format 3\0", 16};
  std::array<char, 100> header{};
  std::ifstream in(file, std::ios::binary);
  in.read(header.data(), header.size());
  if (in.gcount() == 0) return;  // none yet, or nothing that can be read: opening it says which
  if (static_cast<std::size_t>(in.gcount()) < header.size() ||
      !std::string_view(header.data(), header.size()).starts_with(kMagic)) {
    refuse(file, "is no SQLite database");
  }
  std::uint32_t id = 0;
  for (std::size_t i = 0; i < sizeof id; ++i) {
    id = (id << 8U) | static_cast<unsigned char>(header.at(kApplicationId + i));
  }
  if (id == mark.application_id) return;
  if (id != 0) refuse(file, "is marked by another program as its own");
  const bool has_a_log = header.at(kReadVersion) == 2;
  if (has_a_log) refuse(file, "is the database of something else");
}

void put_mark(Session& session, const std::string& file, const BookMark& mark) {
  // One look: another program may be making its tables at this moment.
  Poco::Data::Transaction whole(session);
  Poco::Int64 id = 0;
  session << "PRAGMA application_id", into(id), now;
  if (id != mark.application_id) {
    std::vector<std::string> tables;
    session << "SELECT name FROM sqlite_master WHERE type <> 'index' AND substr(name, 1, 7) <> "
               "'sqlite_'"
               " ORDER BY name",
        into(tables), now;
    if (id != 0 || (!tables.empty() && tables != mark.tables)) {
      refuse(file, "is the database of something else");
    }
    session << "PRAGMA application_id = " + std::to_string(mark.application_id), now;
  }
  whole.commit();
}

}  // namespace

Session open_books(const std::string& file, const BookMark& mark) {
  look_at_header(file, mark);
  Poco::Data::SQLite::Connector::registerConnector();
  try {
    Session session("SQLite", file, kSecondsToOpen);
    put_mark(session, file, mark);
    return session;
  } catch (const Poco::Data::ConnectionFailedException& error) {
    throw Poco::FileException("the books cannot be opened in \"" + file + "\": " + error.message() +
                              ". Give --books a file in a folder that is there and may be written");
  }
}

}  // namespace simulators
