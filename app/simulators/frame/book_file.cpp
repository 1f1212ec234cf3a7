// SPDX-License-Identifier: Apache-2.0
#include "book_file.hpp"

#include <Poco/Data/DataException.h>
#include <Poco/Data/SQLite/Connector.h>

namespace simulators {
namespace {

// Poco tries for a minute, if not told otherwise; but a file can be opened at once or not at all.
constexpr std::size_t kSecondsToOpen = 1;

}  // namespace

Poco::Data::Session open_books(const std::string& file) {
  Poco::Data::SQLite::Connector::registerConnector();
  try {
    return {"SQLite", file, kSecondsToOpen};
  } catch (const Poco::Data::ConnectionFailedException& error) {
    throw Poco::FileException("the books cannot be opened in \"" + file + "\": " + error.message() +
                              ". Give --books a file in a folder that is there and may be written");
  }
}

}  // namespace simulators
