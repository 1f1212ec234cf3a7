// SPDX-License-Identifier: Apache-2.0
#include "banyan/http/loopback.hpp"

namespace banyan::http {

bool is_loopback(std::string_view address) {
  return address == "localhost" || address == "::1" ||
         (address.starts_with("127.") &&
          address.find_first_not_of("0123456789.") == std::string_view::npos);
}

bool names_loopback(std::string_view host_field) {
  if (host_field.starts_with('[')) {
    const std::size_t end = host_field.find(']');
    return end != std::string_view::npos && host_field.substr(1, end - 1) == "::1";
  }
  return is_loopback(host_field.substr(0, host_field.find(':')));
}

}  // namespace banyan::http
