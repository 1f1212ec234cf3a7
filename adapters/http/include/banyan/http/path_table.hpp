// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/http/method_set.hpp"
#include "banyan/http/target_path.hpp"

namespace banyan::http {

enum class PathKind : std::uint8_t {
  Template,  ///< the whole path; "{name}" stands for one segment that is not empty
  Prefix,    ///< this path and everything below it, by whole segments
};

/// What becomes of a request whose path is irregular (see TargetFault).
enum class IrregularPaths : std::uint8_t {
  Refuse,           ///< 400, whatever it is
  RefuseAmbiguous,  ///< 400 if another server could read a path in it that leads to another entry,
                    ///< or to none; else passed on as it came
  Pass,             ///< passed on as it came: who answers is known to read it as the table does
};

/// What a request can be for: an operation of a module, a route of a file, a page. The table knows
/// it by its place in the list that it was built from.
struct PathEntry {
  std::string name;   ///< unique, for messages: "catalog.get_album"
  MethodSet methods;  ///< GET stands for HEAD too, unless another entry names HEAD
  PathKind kind = PathKind::Template;
  std::string path;  ///< as written: "/albums/{id}"
  IrregularPaths irregular_paths = IrregularPaths::RefuseAmbiguous;
  bool ignore_case = false;        ///< "/Albums" is "/albums", of the letters of ASCII
  bool ignore_last_slash = false;  ///< of a template: "/albums/" is "/albums", and the reverse
  /// Requests that miss this entry by nothing but their spelling, and go elsewhere, are told
  /// (PathMatch::beside): what has moved is not left behind unseen.
  bool watched = false;
};

/// Why entries do not make a table, and which of them it is about.
struct PathProblem {
  std::size_t entry;  ///< index into the list that was given
  std::string message;
};

/// The answer of a table. Exactly one of `entry`, `fault` and "nothing there" holds:
struct PathMatch {
  static constexpr std::size_t kNone = SIZE_MAX;
  std::size_t entry = kNone;         ///< index into the list that the table was built from
  std::optional<TargetFault> fault;  ///< 400: the target is malformed, or the entry refuses it
  MethodSet allowed;                 ///< 405 when not empty and there is no entry; else 404
  /// The watched entry that the request would have been for if it were spelled as most people spell
  /// it (case, last slash, double slashes, dot segments). Only where `entry` is not watched itself.
  std::size_t beside = kNone;

  bool found() const { return entry != kNone; }
};

/// The one place where a method and a target find what they are for. Immutable and safe for
/// concurrent use; matching a regular path allocates nothing.
///
/// The most specific path wins, compared segment by segment from the left: a text beats the same
/// text in another case (where that is ignored), which beats a "{parameter}", which beats the end
/// of a prefix; so the longest prefix wins. Among the entries that fit the path, the first in this
/// order that has the method is taken; of two with the same path, the one that names it comes
/// before the one that takes all methods. "/albums" and "/albums/" are two paths, unless the entry
/// says otherwise. Two entries with the same pattern that name a method in common are refused, and
/// so are two that take all.
///
/// Escapes are decoded once, segment by segment; path parameters (";v=1") are not looked at. An
/// irregular path is matched as it came: %2F and "\" are data, empty segments count, "." and ".."
/// are names; what the entry then says about such paths decides whether it passes.
class PathTable {
 public:
  /// Every problem at once.
  static std::expected<PathTable, std::vector<PathProblem>> build(std::vector<PathEntry> entries);
  ~PathTable();
  PathTable(PathTable&&) noexcept;
  PathTable& operator=(PathTable&&) noexcept;

  /// `target` in origin form, with or without a query.
  PathMatch match(std::string_view method, std::string_view target) const;

  const std::vector<PathEntry>& entries() const;

  /// The entries as they are looked at: of two that fit a path, the one that is taken comes first.
  std::vector<std::size_t> by_precedence() const;

 private:
  struct Compiled;
  explicit PathTable(std::unique_ptr<const Compiled> compiled);
  std::unique_ptr<const Compiled> compiled_;
};

}  // namespace banyan::http
