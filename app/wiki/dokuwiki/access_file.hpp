// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "pages/wiki.hpp"

namespace wiki::dokuwiki {

/// The rules of an acl.auth.php: a line each of a scope, a user or @group, and a level, of which 1
/// and more may read. "@ALL" is everybody; "%USER%" and "%GROUP%" in a scope stand for whoever
/// asks. What is no level shuts out; lines without one are none, as they are to the wiki.
std::vector<pages::AccessRule> access_rules_in(std::string_view text);

}  // namespace wiki::dokuwiki
