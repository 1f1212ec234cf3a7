// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <map>
#include <string>
#include <vector>

#include "banyan/http/tls.hpp"
#include "banyan/routing/configuration.hpp"
#include "banyan/serving/file_marks.hpp"

namespace banyan::serving {

/// All certificates, keys and authorities that a configuration names, read and found good. Nothing
/// of it is in force yet, so that a file with a problem leaves everything as it was.
struct TlsMaterial {
  std::vector<http::TlsServer::Context> listeners;  ///< by the index in Configuration::tls
  std::map<std::string, http::TlsClient::Context> upstreams;  ///< of those that speak TLS
  FileMarks files;  ///< what they were before they were read
};

struct TlsRefusal {
  /// All, at the places where the configuration names the files.
  std::vector<strangler::FileProblem> problems;
  /// As in TlsMaterial: one that changes may mend it.
  FileMarks files;
};

/// Reads them; names of files are relative to the folder of `config_file`.
std::expected<TlsMaterial, TlsRefusal> read_tls_material(
    const strangler::Configuration& configuration, const std::string& config_file);

}  // namespace banyan::serving
