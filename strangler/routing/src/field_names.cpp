// SPDX-License-Identifier: Apache-2.0
#include "field_names.hpp"

#include <algorithm>

#include "banyan/http/message.hpp"

namespace banyan::strangler {

std::string lower_case(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

void read_field_names(Section& section, std::string_view key, std::vector<std::string>& names) {
  const auto texts = section.texts(key);
  if (!texts) return;
  names.clear();
  for (const PlacedText& each : *texts) {
    if (!http::is_token(each.text)) {
      section.problem(each.location, '"' + each.text + "\" in " + std::string(key) +
                                         " is no name of a header field; expected one such as "
                                         "\"Content-Type\"");
    }
    names.push_back(lower_case(each.text));
  }
}

}  // namespace banyan::strangler
