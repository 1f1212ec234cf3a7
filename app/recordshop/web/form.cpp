// SPDX-License-Identifier: Apache-2.0
#include "web/form.hpp"

#include <algorithm>

#include "banyan/binding/percent.hpp"

namespace recordshop::web {

namespace binding = banyan::binding;

Form::Form(std::string_view pairs) {
  while (!pairs.empty()) {
    const std::string_view pair = pairs.substr(0, pairs.find('&'));
    pairs.remove_prefix(std::min(pair.size() + 1, pairs.size()));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    auto name = binding::percent_decode(pair.substr(0, equals), binding::Plus::Space);
    auto value = binding::percent_decode(pair.substr(std::min(equals + 1, pair.size())),
                                         binding::Plus::Space);
    if (name && value) fields_.emplace(*std::move(name), *std::move(value));
  }
}

Form Form::of_query(std::string_view target) {
  const std::size_t mark = target.find('?');
  return mark == std::string_view::npos ? Form() : Form(target.substr(mark + 1));
}

Form Form::of_body(const banyan::http::Request& request) {
  const auto type = request.head.fields.find("Content-Type").value_or(std::string_view());
  return type.starts_with("application/x-www-form-urlencoded") ? Form(request.body) : Form();
}

const std::string& Form::get(std::string_view name) const {
  static const std::string nothing;
  const auto found = fields_.find(name);
  return found == fields_.end() ? nothing : found->second;
}

std::string query_of(std::initializer_list<std::pair<std::string_view, std::string_view>> fields) {
  std::string query;
  for (const auto& [name, value] : fields) {
    if (value.empty()) continue;
    query += query.empty() ? '?' : '&';
    query.append(name).append("=").append(binding::percent_encode(value));
  }
  return query;
}

// Browsers take "//" and "/\" for another host.
std::string local_path(const std::string& wanted) {
  const bool local = wanted.starts_with("/") && !wanted.starts_with("//") &&
                     wanted.find('\\') == std::string::npos &&
                     std::ranges::none_of(wanted, [](unsigned char c) { return c <= ' '; });
  return local ? wanted : "/";
}

}  // namespace recordshop::web
