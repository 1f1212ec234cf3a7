// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "init/look.hpp"
#include "init/web_address.hpp"
#include "openapi/proposal.hpp"

namespace banyan::cli::init {

/// What a first banyan.toml is written of.
struct FirstConfiguration {
  WebAddress application;
  std::optional<Seen> seen;        ///< nothing: nobody has looked
  std::string ca_file;             ///< absolute; "": the system's authorities
  std::string listen;              ///< "127.0.0.1:8080"
  std::string operators;           ///< "127.0.0.1:9180"
  std::string file;                ///< its name, for the commands in its comments
  std::string described_by;        ///< where the OpenAPI document is; "": there is none
  std::vector<std::string> notes;  ///< about that
  std::vector<openapi::ProposedRoute> routes;
  std::string command = "init";  ///< who writes it
  std::string observed{};        ///< TOML of routes that were found in traffic; "": nobody looked
  std::string access_log{};      ///< its file, which `banyan discover` reads; "": only an example
};

/// The upstream and the catch-all are named after it.
inline constexpr const char* kUpstream = "application";

/// The commented text. All that is commented out with a "#: " in front is an example that holds
/// when these three characters are taken away.
std::string text_of(const FirstConfiguration& configuration);

}  // namespace banyan::cli::init
