// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "banyan/http/message.hpp"

namespace recordshop::web {

/// What a browser sends of a form: by the query, or in a body of the type
/// application/x-www-form-urlencoded. Of fields of one name the first counts; what is badly escaped
/// or no UTF-8 is not there.
class Form {
 public:
  Form() = default;
  static Form of_query(std::string_view target);
  /// Of a body of another type, nothing.
  static Form of_body(const banyan::http::Request& request);

  /// "" when it is not there.
  const std::string& get(std::string_view name) const;

 private:
  explicit Form(std::string_view pairs);
  std::map<std::string, std::string, std::less<>> fields_;
};

/// "?text=velvet%20radio", "" for no field that has a value.
std::string query_of(std::initializer_list<std::pair<std::string_view, std::string_view>> fields);

/// Where a form may lead back to: a path of this shop, else "/".
std::string local_path(const std::string& wanted);

}  // namespace recordshop::web
