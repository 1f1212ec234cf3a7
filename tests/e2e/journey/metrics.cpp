// SPDX-License-Identifier: Apache-2.0
#include "metrics.hpp"

#include <algorithm>
#include <charconv>

namespace journey {

double metric(recordshop::load::ShopApi& shop, std::string_view name,
              const std::vector<std::string>& labels) {
  const recordshop::load::Answer answer = shop.get("/metrics");
  double total = 0;
  std::string_view text = answer.body;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.starts_with(name) || line.size() <= name.size() ||
        (line[name.size()] != '{' && line[name.size()] != ' ')) {
      continue;
    }
    const bool wanted = std::ranges::all_of(labels, [&](const std::string& label) {
      return line.find(label) != std::string_view::npos;
    });
    if (!wanted) continue;
    double value = 0;
    const std::string_view number = line.substr(line.rfind(' ') + 1);
    std::from_chars(number.data(), number.data() + number.size(), value);
    total += value;
  }
  return total;
}

}  // namespace journey
