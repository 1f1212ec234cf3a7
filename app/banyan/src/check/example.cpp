// SPDX-License-Identifier: Apache-2.0
#include "check/example.hpp"

#include "banyan/http/message.hpp"

namespace banyan::cli::check {

std::expected<Example, std::string> example_from(std::string_view text) {
  const std::size_t blank = text.find(' ');
  Example example{"GET", std::string(text)};
  if (blank != std::string_view::npos) {
    example.method = text.substr(0, blank);
    example.target = text.substr(blank + 1);
  }
  if (http::is_token(example.method) && example.target.starts_with('/')) return example;
  return std::unexpected("\"" + std::string(text) +
                         "\" is no request, expected a method and a path such as \"GET "
                         "/albums/1\", or a path alone for GET");
}

}  // namespace banyan::cli::check
