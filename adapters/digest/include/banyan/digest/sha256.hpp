// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace banyan {

/// SHA-256 (FIPS 180-4) of the bytes, in 64 lower-case hexadecimal digits. Throws
/// std::runtime_error when OpenSSL cannot compute it.
std::string sha256_hex(std::string_view bytes);

}  // namespace banyan
