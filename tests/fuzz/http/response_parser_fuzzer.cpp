// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "entries.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  banyan::http::fuzz_response_parser({reinterpret_cast<const char*>(data), size});
  return 0;
}
