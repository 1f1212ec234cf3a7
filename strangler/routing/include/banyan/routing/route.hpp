// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "banyan/http/path_table.hpp"
#include "banyan/kernel/operation.hpp"

namespace banyan::strangler {

using http::IrregularPaths;
using http::MethodSet;
using http::PathKind;
using http::TargetFault;

/// Position in a file, counted from 1; line 0 is "not from a file".
struct FileLocation {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

/// An operation of a module as the route table needs to know it.
struct OperationRoute {
  std::string_view module;
  std::string_view operation;
  std::string_view method;
  std::string_view path;  ///< "/orders/{id}"
  Effect effect = Effect::Read;
};

/// What an upstream has in front of its paths (`add`) where clients see `strip`. Whole segments:
/// each is "" or begins with "/" and does not end with it.
struct PathChange {
  std::string strip;
  std::string add;
  friend bool operator==(const PathChange&, const PathChange&) = default;
};

/// What a request is taken for, and where it may go.
struct Route {
  std::string name;   ///< unique; of an operation "catalog.get_album"
  MethodSet methods;  ///< GET stands for HEAD too, unless another route names HEAD
  PathKind kind = PathKind::Template;
  std::string path;  ///< as written: "/albums/{id}"
  /// What the operation, or the file, says; nothing: each method's own (see effect_for()).
  std::optional<Effect> declared_effect;
  IrregularPaths irregular_paths = IrregularPaths::RefuseAmbiguous;
  bool ignore_case = false;
  bool ignore_last_slash = false;
  std::string rollout;        ///< whose stage decides; "" for a route that stays where it is
  std::string module;         ///< of an operation, else ""
  std::string operation;      ///< of an operation, else ""
  std::string legacy;         ///< upstream group of the old side, for a foreign route
  std::string successor;      ///< upstream group of the new side, for a foreign route; "" when none
  PathChange legacy_path;     ///< of the old side
  PathChange successor_path;  ///< of the new side
  FileLocation location;      ///< where the file declares it

  /// Whether a request changes anything: what is declared, else what its method promises (RFC 9110
  /// §9.2.1). A request with an unknown method is a write.
  Effect effect_for(std::string_view method) const;
};

/// For people: "read", "write", or "by method" when nothing is declared.
std::string_view effect_text(const Route& route);

/// The route of a module's operation: named "module.operation", moved with its module. No
/// irregular path leads to it.
/// Its method must be one that MethodSet knows.
Route route_of(const OperationRoute& operation);

/// As a table of paths needs to know it; watched (see there) if the route has a rollout.
http::PathEntry path_entry(const Route& route);

}  // namespace banyan::strangler
