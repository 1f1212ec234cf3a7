// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/Data/Session.h>

#include <string>

namespace simulators {

/// The SQLite file that a party keeps its books in; it is made where there is none. Throws
/// Poco::Exception with a sentence for whoever named the file.
Poco::Data::Session open_books(const std::string& file);

}  // namespace simulators
