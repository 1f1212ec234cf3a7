// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace banyan::serving {

/// Lines of a file with which every read has a copy, and the old side is never asked twice.
inline constexpr const char* kAll =
    "[rollouts.catalog.shadow]\nshare = \"100%\"\nnoise = \"0%\"\n"
    "[upstreams.legacy.retries]\nper_second = 1000\n";

/// The same, with more lines for its copies.
inline std::string all_with(const std::string& lines) {
  std::string text = kAll;
  return text.insert(text.find("noise"), lines);
}

}  // namespace banyan::serving
