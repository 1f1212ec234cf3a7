// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/kernel/result.hpp"

/// The map of an application: what its modules offer, what they need of each other, and where a
/// boundary is not kept yet. A program describes itself (`--describe`); what only its sources know
/// is added by sources.hpp.
namespace banyan::map {

struct OperationInfo {
  std::string name;       ///< "place_order"
  std::string summary;    ///< one sentence
  bool writes = false;    ///< a command; else a query
  std::string repeated;   ///< what a second time does: "natural", "by_key", "none"
  bool internal = false;  ///< for other modules only
  std::string precondition;
  std::string postcondition;
  std::vector<std::string> rules;   ///< it may answer with these errors
  std::string method;               ///< "POST"
  std::string path;                 ///< "/orders"
  std::vector<std::string> fields;  ///< of the request
  std::vector<std::string> answer;  ///< fields of the answer
  /// Modules whose sources name it; of a process that runs: those that have called it so far.
  std::vector<std::string> callers{};
};

struct EventInfo {
  std::string name;  ///< "payment_captured"
  std::int64_t version = 1;
  std::string summary;
  std::string key;  ///< the field that says what it is about
  std::vector<std::string> fields;
};

/// A table of somebody else that a module touches.
struct ViolationInfo {
  std::string table;
  std::string reason;                 ///< why it is still so
  std::vector<std::string> places{};  ///< files, as far as the baseline names them
};

struct SagaStepInfo {
  std::string kind;    ///< "compensable", "pivot", "retriable", "await"
  std::string module;  ///< that is asked
  std::string call;    ///< the operation that does it
  std::string undo;    ///< the operation that undoes it; "" when nothing does
};

/// Work over several modules, as it is declared.
struct SagaInfo {
  std::string name;  ///< "place_order"
  std::int64_t version = 1;
  std::string summary;
  std::int64_t deadline_seconds = 0;  ///< from its beginning; 0 is none
  std::vector<SagaStepInfo> steps;
};

struct ModuleInfo {
  std::string name;
  std::string version;                 ///< of its port: "1.0"
  std::string summary;                 ///< the port's own words
  std::string purpose{};               ///< the first paragraph of its README; "" without sources
  std::vector<std::string> needs;      ///< modules whose ports it calls
  std::vector<std::string> follows{};  ///< events, "payments.payment_captured"
  std::vector<std::string> parties{};  ///< outside parties: "provider"
  std::vector<std::string> tables;     ///< that it owns
  std::vector<OperationInfo> operations;
  std::vector<EventInfo> events{};  ///< that it publishes
  std::vector<SagaInfo> sagas{};    ///< that it drives
  std::vector<ViolationInfo> violations{};
};

struct SharedTableInfo {
  std::string table;
  std::vector<std::string> users;
};

struct Description {
  std::string name;
  std::string title;
  std::string version;
  std::string summary;
  std::vector<ModuleInfo> modules;  ///< those that others need come first
  std::vector<SharedTableInfo> shared_tables{};

  const ModuleInfo* find(std::string_view module) const;
};

/// One JSON document, keys as the members above.
std::string to_json(const Description& description);

/// Reads what to_json() writes, of a version of the kit that may say more. InvalidArgument.
Result<Description> description_from_json(std::string_view text);

}  // namespace banyan::map
