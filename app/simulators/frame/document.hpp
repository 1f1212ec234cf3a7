// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/DOM/AutoPtr.h>
#include <Poco/DOM/Document.h>

#include <string>

namespace simulators {

/// What a party has been sent. Null when it is not well formed, or nested deeper than anything that
/// it understands: Poco takes a tree down by recursion, so that a deep one would end the program.
Poco::XML::AutoPtr<Poco::XML::Document> read_document(const std::string& xml);

}  // namespace simulators
