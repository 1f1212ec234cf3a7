// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/Data/Session.h>

#include <cstdint>
#include <string>
#include <vector>

namespace simulators {

/// By what a party knows books as its own.
struct BookMark {
  std::uint32_t application_id;     ///< in the header of the SQLite file; no other party has it
  std::vector<std::string> tables;  ///< all that it keeps, sorted
};

/// The SQLite file that a party keeps its books in; it is made where there is none, and marked. One
/// with something else in it is refused before anything of it is changed. Books without a mark are
/// from a version before there was one, if they have just the party's tables, and are marked.
/// Throws Poco::Exception with a sentence for whoever named the file.
Poco::Data::Session open_books(const std::string& file, const BookMark& mark);

}  // namespace simulators
