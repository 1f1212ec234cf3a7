// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace banyan::cli::openapi {

/// An operation as its document describes it. Everything here was written by somebody else.
struct Operation {
  std::string method;   ///< upper case
  std::string path;     ///< with the base path of the document, as it writes it: "/albums/{id}"
  std::string id;       ///< operationId; ""
  std::string summary;  ///< ""
  bool deprecated = false;
};

struct Document {
  std::string title;
  std::string version;                ///< of the API that it describes
  std::vector<Operation> operations;  ///< in the order of the document
  std::vector<std::string> notes;     ///< what was passed over, and why
};

/// Reads OpenAPI 3 or Swagger 2 in JSON. Else what is wrong, with the next step.
std::expected<Document, std::string> read(std::string_view text);

/// Whether a text looks like such a document at all.
bool looks_like_one(std::string_view text);

}  // namespace banyan::cli::openapi
