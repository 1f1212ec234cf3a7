// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <optional>
#include <string>

#include "init/web.hpp"
#include "openapi/document.hpp"

namespace banyan::cli::init {

/// A document, and where it was found.
struct Described {
  std::string where;
  openapi::Document document;
};

/// The document that somebody named: a file, or an address.
std::expected<Described, std::string> read_named(const std::string& where,
                                                 const std::string& ca_file);

/// One at the places where frameworks put it, if there is one.
std::optional<Described> look_for(const Web& web, const WebAddress& application);

}  // namespace banyan::cli::init
