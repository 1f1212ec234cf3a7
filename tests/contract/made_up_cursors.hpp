// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "banyan/kernel/paging.hpp"

namespace banyan::contract {

/// What a stranger may send as a cursor of `list`: of the right form, and with a place in it that
/// no list gives out. Databases answer questions with such texts by a fault, and not all alike.
inline std::vector<std::string> made_up_cursors(std::string_view list) {
  return {"?", "zzz", make_cursor(list, std::string_view("\0", 1)),
          make_cursor(list, std::string_view("a\0b", 3)), make_cursor(list, "\xFF")};
}

}  // namespace banyan::contract
