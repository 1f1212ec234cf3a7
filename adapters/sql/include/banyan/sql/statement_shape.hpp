// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace banyan::sql {

/// By what two texts are told to be the same statement, run with other values: the text with a `?`
/// in the place of each literal (one for a whole list behind IN), without comments. What stands for
/// a name stays: quoted names, and a text among the tables behind FROM, JOIN, INTO and UPDATE, or
/// right behind a point, AS, COLLATE and IN. To compare by and not to run: an engine takes a
/// literal where it takes no parameter.
std::string statement_shape(std::string_view sql);

}  // namespace banyan::sql
