// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <string>

namespace banyan::serving {

/// What the only line of a file says: a secret that another program has given out, to be sent to it
/// in a header field. Else what is wrong with the file, and what to do about it, without a word of
/// what is in it: one that is missing, is empty, has several lines or anything that a field may not
/// have, or that everybody on this machine may read or write.
std::expected<std::string, std::string> read_field_secret(const std::string& path);

}  // namespace banyan::serving
