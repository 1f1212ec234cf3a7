// SPDX-License-Identifier: Apache-2.0
#include "banyan/binding/operation_table.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>
#include <utility>

#include "banyan/binding/path_segments.hpp"
#include "banyan/binding/percent.hpp"
#include "banyan/binding/problem.hpp"

namespace banyan::binding {
namespace {

std::string problem_with(const ResourcePath& at) {
  constexpr auto kMethods =
      std::to_array<std::string_view>({"GET", "POST", "PUT", "PATCH", "DELETE"});
  const std::string line = '"' + std::string(at.method) + ' ' + std::string(at.path) + "\": ";
  if (std::ranges::find(kMethods, at.method) == kMethods.end()) {
    return line + "the method must be GET, POST, PUT, PATCH or DELETE";
  }
  for (const std::string_view segment : path_segments(at.path)) {
    const bool braces = segment.find_first_of("{}") != std::string_view::npos;
    if (!braces && percent_encode(segment) != segment) {
      return line + '"' + std::string(segment) + "\" has what must be escaped in a path";
    }
  }
  return {};
}

[[noreturn]] void refuse(const std::string& problems) {
  throw std::invalid_argument("the resources cannot be served:\n" + problems);
}

http::PathTable table_of(const std::vector<BoundOperation>& operations) {
  std::string problems;
  std::vector<http::PathEntry> entries;
  entries.reserve(operations.size());
  for (const BoundOperation& operation : operations) {
    if (const std::string problem = problem_with(operation.at); !problem.empty()) {
      problems += problem + '\n';
    } else {
      entries.push_back(path_entry(operation));
    }
  }
  if (!problems.empty()) refuse(problems);
  auto table = http::PathTable::build(std::move(entries));
  if (table) return std::move(*table);
  for (const http::PathProblem& problem : table.error()) problems += problem.message + '\n';
  refuse(problems);
}

}  // namespace

http::PathEntry path_entry(const BoundOperation& operation) {
  if (const std::string problem = problem_with(operation.at); !problem.empty()) {
    refuse(problem + '\n');
  }
  http::PathEntry entry;
  entry.name = std::string(operation.port->name) + '.' + std::string(operation.operation->name);
  entry.methods.add(operation.at.method);
  entry.path = operation.at.path;
  entry.irregular_paths = http::IrregularPaths::Refuse;
  return entry;
}

Error not_found(const http::PathMatch& match, std::string_view method, std::string_view target) {
  const std::string path(target.substr(0, target.find('?')));
  if (match.fault) {
    return {ErrorCode::InvalidArgument,
            "banyan.bad_path",
            std::string(http::to_string(*match.fault)),
            {}};
  }
  if (match.allowed.empty()) {
    return {ErrorCode::NotFound,
            "banyan.no_such_resource",
            "there is nothing at " + path + "; see /openapi.json, or the routes of banyan.toml",
            {}};
  }
  return {ErrorCode::InvalidArgument,
          "banyan.method_not_allowed",
          path + " knows " + match.allowed.to_string() + ", not " + std::string(method),
          {}};
}

http::Response not_found_answer(const http::PathMatch& match, std::string_view method,
                                std::string_view target, std::string_view correlation_id) {
  http::Response response;
  if (method == "OPTIONS" && !match.allowed.empty()) {
    response.head.status = 204;
  } else {
    response = problem(not_found(match, method, target), correlation_id);
  }
  if (!match.allowed.empty()) {
    response.head.fields.set("Allow", match.allowed.to_string() + ", OPTIONS");
  }
  return response;
}

std::vector<BoundOperation> served_to(Trust trust, std::vector<BoundOperation> operations) {
  if (trust == Trust::Edge) {
    std::erase_if(operations, [](const BoundOperation& each) {
      return each.operation->audience == Audience::Internal;
    });
  }
  return operations;
}

OperationTable::OperationTable(std::vector<BoundOperation> operations)
    : operations_(std::move(operations)), paths_(table_of(operations_)) {}

std::expected<const BoundOperation*, http::Response> OperationTable::match(
    std::string_view method, std::string_view target) const {
  const http::PathMatch match = paths_.match(method, target);
  if (match.found()) return &operations_[match.entry];
  return std::unexpected(not_found_answer(match, method, target));
}

}  // namespace banyan::binding
