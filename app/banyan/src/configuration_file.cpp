// SPDX-License-Identifier: Apache-2.0
#include "configuration_file.hpp"

#include <filesystem>

#include "terminal.hpp"

namespace banyan::cli {

bool configuration_is_there(const std::string& file, bool json) {
  std::error_code unknown;
  // One that cannot be looked at is there for all we know: who reads it says what is wrong.
  if (std::filesystem::exists(file, unknown) || unknown) return true;
  print_error(Error{ErrorCode::NotFound,
                    "banyan.no_configuration",
                    "there is no " + file +
                        "; name another, or write a first one: banyan init http://HOST:PORT",
                    {}},
              json);
  return false;
}

}  // namespace banyan::cli
