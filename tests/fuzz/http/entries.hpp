// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace banyan::http {

/// What a fuzzer calls, and what a normal test calls with the seed corpus. They abort when bytes
/// mean different things depending on how they are cut, or when what was taken does not survive
/// being written and read again.
void fuzz_request_parser(std::string_view bytes);
void fuzz_response_parser(std::string_view bytes);

}  // namespace banyan::http
