// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/DOM/AutoPtr.h>
#include <Poco/DOM/Document.h>

#include <cstddef>
#include <string>

namespace recordshop {

/// What somebody pushes to us is no longer than this: less than one of them needs.
inline constexpr std::size_t kLongestPush = std::size_t{16} * 1024;
/// The documents of the parties have half a dozen levels.
inline constexpr int kDeepestElement = 32;

/// The one way from the XML of others to a tree. Null for what is no document of theirs: not well
/// formed, nested deeper than `kDeepestElement`, or with a document type, by which entities grow.
///
/// It is read twice: whoever may send one, which is anybody, could end the process by a tree of
/// some 100,000 levels, because Poco takes a tree down by recursion, also one that it has read
/// half.
Poco::XML::AutoPtr<Poco::XML::Document> read_xml(const std::string& xml);

}  // namespace recordshop
