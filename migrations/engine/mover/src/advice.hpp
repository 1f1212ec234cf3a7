// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "access.hpp"
#include "catalogue.hpp"

/// What to do about each kind of violation, in one sentence.
namespace banyan::mover {

std::string advice_on_foreign_key(const std::string& child, const ForeignKey& key,
                                  const std::string& owner, const std::string& other);
std::string advice_on_view(const std::string& view, const std::string& owner,
                           const std::string& other);
std::string advice_on_trigger(const std::string& trigger, const std::string& table,
                              const std::string& owner, const std::string& other);
std::string advice_on_statement(const std::string& module, const std::string& other,
                                const std::vector<Access>& accesses);

}  // namespace banyan::mover
