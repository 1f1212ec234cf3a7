// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "web/composer.hpp"
#include "web/frame.hpp"

/// What visitors change about themselves.
namespace recordshop::web {

/// Forms for the address and the password of a customer. `trouble` names the form that was refused
/// ("address", "password") and says why; what was typed into it stands there still.
struct Trouble {
  std::string_view form{};
  std::string text{};
};
Html profile_forms(Visit& visit, const customers::Customer& customer, const Trouble& trouble);

banyan::http::Response change_address(Modules& modules, Visit& visit);
banyan::http::Response change_password(Modules& modules, Visit& visit);

}  // namespace recordshop::web
