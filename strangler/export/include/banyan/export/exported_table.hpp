// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "banyan/routing/configuration.hpp"
#include "banyan/stages/control_store.hpp"

/// The table of a strangler as configuration of another proxy, for teams that outgrow one machine.
namespace banyan::strangler {

/// How a user's bucket is found, which says on which side of a share the user is.
enum class BucketHash : std::uint8_t {
  Same,    ///< as Banyan does, in a script that is exported too: each user stays on its side
  Engine,  ///< by the hash that the other proxy has built in: at a share, other users
};

struct TableToExport {
  const Configuration& configuration;
  const Stand& stages;  ///< a rollout that it does not know is at legacy
  std::string source;   ///< for the first line: "banyan.toml, stages of control.db at revision 12"
  std::string command;  ///< that makes the files again
  BucketHash hash = BucketHash::Same;
};

struct ExportedFile {
  std::string name;  ///< without a folder
  std::string text;
};

struct ExportedTable {
  std::vector<ExportedFile> files;  ///< the one to start the proxy with comes first
  /// What the other proxy does otherwise than Banyan, a sentence or two each. The first file has
  /// them at its top.
  std::vector<std::string> differences;
};

/// The beginning of the first line of each exported file, behind the characters of a comment.
inline constexpr std::string_view kExportMark = "Written by `banyan export";

/// haproxy.cfg, its maps, and the script of the hash where a rollout is between 0 % and 100 %. For
/// HAProxy from 2.6 on, built with PCRE.
ExportedTable export_for_haproxy(const TableToExport& table);

/// nginx.conf, what belongs in its http block, and the script of the hash where a rollout is
/// between 0 % and 100 %. For nginx from 1.22 on.
ExportedTable export_for_nginx(const TableToExport& table);

}  // namespace banyan::strangler
