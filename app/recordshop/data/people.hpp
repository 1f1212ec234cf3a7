// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "customers/module.hpp"

/// Believable customers, each made from one number.
namespace recordshop {

/// A name, an e-mail address and where parcels go, in one of several countries. `ordinal` makes the
/// e-mail address one of its own. No password: nobody signs in as one of them.
customers::CustomerRecord make_person(customers::CustomerId id, std::uint64_t number,
                                      std::int64_t ordinal, banyan::Timestamp opened_at);

/// The customer of every generated shop whom manuals and demonstrations speak of: Ada Vogel,
/// ada@example.org, cus_00000000000070008000000000000001. Her password is "paper harbour".
customers::CustomerRecord ada_vogel(banyan::Timestamp opened_at);

}  // namespace recordshop
