// SPDX-License-Identifier: Apache-2.0
#include "manual/write_manual.hpp"

#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <system_error>

#include "manual/cli_reference.hpp"
#include "manual/command.hpp"
#include "manual/completion.hpp"
#include "manual/configuration_page.hpp"
#include "manual/man_page.hpp"

namespace banyan::cli::manual {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  errno = 0;
  std::ofstream stream(file, std::ios::binary | std::ios::trunc);
  stream << text;
  stream.close();
  if (!stream) {
    throw std::system_error(errno != 0 ? errno : EIO, std::generic_category(),
                            file.string() + " cannot be written");
  }
}

std::string day_of_build() {
  const char* const wanted = std::getenv("SOURCE_DATE_EPOCH");
  const std::time_t now =
      wanted != nullptr ? std::strtoll(wanted, nullptr, 10) : std::time(nullptr);
  std::tm day{};
  char text[16] = "";
  if (gmtime_r(&now, &day) != nullptr) std::strftime(text, sizeof text, "%Y-%m-%d", &day);
  return text;
}

void write_all(const CLI::App& app, const std::string& version, const fs::path& folder) {
  const Command root = read_command(app);
  const PageMargins margins{.date = day_of_build(), .version = version};
  for (const Command* each : all_commands(root)) {
    write(folder / "man/man1" / (full_name(*each, '-') + ".1"), man_page(*each, root, margins));
  }
  write(folder / "man/man5/banyan.toml.5", configuration_page(margins));
  write(folder / "bash-completion/completions/banyan", bash_completion(root));
  write(folder / "zsh/vendor-completions/_banyan", zsh_completion(root));
  write(folder / "fish/vendor_completions.d/banyan.fish", fish_completion(root));
  write(folder / "cli.md", cli_reference(root));
}

}  // namespace

Result<void> write_manual(const CLI::App& app, const std::string& version, const fs::path& folder) {
  try {
    write_all(app, version, folder);
    return {};
  } catch (const std::system_error& failure) {
    return fail(ErrorCode::Unavailable, "banyan.cannot_write",
                std::string("the manual cannot be written: ") + failure.what());
  }
}

}  // namespace banyan::cli::manual
