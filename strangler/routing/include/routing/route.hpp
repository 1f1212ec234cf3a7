// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "kernel/operation.hpp"
#include "routing/method_set.hpp"

namespace banyan::strangler {

/// Position in a file, counted from 1; line 0 is "not from a file".
struct Place {
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

enum class PathKind : std::uint8_t {
  Template,  ///< the whole path; "{name}" stands for one segment that is not empty
  Prefix,    ///< this path and everything below it, by whole segments
};

/// What an upstream has in front of its paths (`add`) where clients see `strip`. Whole segments:
/// each is "" or begins with "/" and does not end with it.
struct PathChange {
  std::string strip;
  std::string add;
  friend bool operator==(const PathChange&, const PathChange&) = default;
};

/// What becomes of a request whose path is irregular (see TargetFault).
enum class IrregularPaths : std::uint8_t {
  Refuse,           ///< 400, whatever it is
  RefuseAmbiguous,  ///< 400 if another server could read a path in it that leads to another route,
                    ///< or to none; else passed on as it came
  Pass,             ///< passed on as it came: the upstream is known to read it as the proxy does
};

/// What a request is taken for, and where it may go.
struct Route {
  std::string name;   ///< unique; of an operation "catalog.get_album"
  MethodSet methods;  ///< GET stands for HEAD too, unless another route claims HEAD
  PathKind kind = PathKind::Template;
  std::string path;  ///< as written: "/albums/{id}"
  Effect effect = Effect::Read;
  IrregularPaths irregular_paths = IrregularPaths::RefuseAmbiguous;
  std::string migration;      ///< whose stage decides; "" for a route that stays where it is
  std::string module;         ///< of an operation, else ""
  std::string operation;      ///< of an operation, else ""
  std::string legacy;         ///< upstream group of the old side, for a foreign route
  std::string successor;      ///< upstream group of the new side, for a foreign route; "" when none
  PathChange legacy_path;     ///< of the old side
  PathChange successor_path;  ///< of the new side
  Place place;                ///< where the file declares it
};

/// The route of a module's operation: named "module.operation", migrated with its module. No
/// irregular path leads to it.
/// Its method must be one that MethodSet knows.
Route route_of(const OperationRoute& operation);

}  // namespace banyan::strangler
