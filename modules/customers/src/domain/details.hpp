// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "banyan/kernel/result.hpp"
#include "customers/port.hpp"

namespace customers {

/// What is wrong with what somebody says about themselves: all of it at once, each with its place.
class DetailsCheck {
 public:
  void name(std::string_view text);
  void email(std::string_view text);
  void address(const Address& address);
  void password(std::string_view text);
  void reason(std::string_view text);

  /// InvalidArgument "customers.bad_details" unless everything was right.
  banyan::Result<void> result() const;

 private:
  void text(std::string where, std::string_view text, std::size_t least, std::size_t most);

  std::vector<banyan::Detail> details_;
};

/// Whether it could be one. Nobody has an account under another text, which need not even be one
/// that a database can be asked for.
bool is_email(std::string_view text);

/// The form in which e-mail addresses are compared: upper and lower case of ASCII are the same. (A
/// mail server may tell them apart before the @; none that matters does.)
std::string email_key(std::string_view email);

}  // namespace customers
