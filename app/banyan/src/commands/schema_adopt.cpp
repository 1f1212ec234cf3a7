// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "banyan/placement/file_format.hpp"
#include "database.hpp"
#include "exit_code.hpp"
#include "terminal.hpp"

namespace banyan::cli {

int schema_adopt(const DatabaseOptions& options) {
  if (const auto file = must_be_a_file(options); !file) return give_up(file.error(), options.json);
  const auto adopted = placement::adopt_database(options.database);
  if (!adopted) return give_up(adopted.error(), options.json);
  if (options.json) {
    print_json({{"adopted", *adopted}});
  } else if (*adopted) {
    print_line("marked " + options.database +
               " as Banyan's; no table was touched. Next: start the application");
  } else {
    print_line(options.database + " is Banyan's already; nothing was changed");
  }
  return kDone;
}

}  // namespace banyan::cli
