// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/locale/utf.hpp>

namespace banyan::http {

/// Whether the bytes from `at` to `end` are UTF-8: no surrogates, nothing longer than need be.
template <class Iterator>
bool is_utf8(Iterator at, Iterator end) {
  while (at != end) {
    const auto point = boost::locale::utf::utf_traits<char>::decode(at, end);
    if (!boost::locale::utf::is_valid_codepoint(point)) return false;
  }
  return true;
}

}  // namespace banyan::http
