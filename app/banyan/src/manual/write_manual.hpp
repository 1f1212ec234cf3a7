// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "banyan/kernel/result.hpp"

namespace CLI {
class App;
}

namespace banyan::cli::manual {

/// Writes all that is made from the command line into a folder, as it is installed:
///
///   man/man1/banyan*.1, one for each command
///   man/man5/banyan.toml.5, every key of the configuration
///   bash-completion/completions/banyan, zsh/vendor-completions/_banyan,
///   fish/vendor_completions.d/banyan.fish cli.md, the same as one document
///
/// The pages bear the day of $SOURCE_DATE_EPOCH (reproducible-builds.org), else today's in UTC.
/// Unavailable "banyan.cannot_write" with the file that cannot be written.
Result<void> write_manual(const CLI::App& app, const std::string& version,
                          const std::filesystem::path& folder);

}  // namespace banyan::cli::manual
