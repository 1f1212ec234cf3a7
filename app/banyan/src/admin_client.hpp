// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "banyan/kernel/result.hpp"
#include "commands.hpp"

namespace banyan::cli {

/// Asks the admin API, wherever it is.
class AdminClient {
 public:
  virtual ~AdminClient() = default;

  /// The document of a success. A refusal comes back as the error that the API gave; Unavailable
  /// "banyan.unreachable" when nobody answers, or somebody who is not Banyan.
  virtual Result<std::string> get(const std::string& path, const std::string& query) = 0;
  virtual Result<std::string> post(const std::string& path, const std::string& body) = 0;
};

/// Of the running process, or straight at the control store when `target` names one.
Result<std::unique_ptr<AdminClient>> admin_client(const ControlTarget& target);

/// Shows a success to people.
using Show = std::function<void(const nlohmann::ordered_json& document)>;
/// The exit code that a success ends with, shown to people or as JSON.
using CodeOf = std::function<int(const nlohmann::ordered_json& document)>;
int always_done(const nlohmann::ordered_json& document);
/// The exit code of an answer that did not come. A wrong address is a wrong usage in any case.
using CodeOfNoAnswer = std::function<int(const Error& error)>;
/// 69 when nobody answers, or what was named is not there; else 1, a refusal.
int refused_or_absent(const Error& error);

/// Asks, and hands a success to `show` or, with --json, to standard output as it came. Returns the
/// exit code.
int ask(const ControlTarget& target, const std::string& path, const std::string& query,
        const Show& show, const CodeOf& code_of = always_done,
        const CodeOfNoAnswer& code_of_no_answer = refused_or_absent);
int order(const ControlTarget& target, const std::string& path, const nlohmann::ordered_json& body,
          const Show& show, const CodeOf& code_of = always_done);

/// Says why nothing was told. Returns the exit code.
int not_told(const Error& error, bool json);

}  // namespace banyan::cli
