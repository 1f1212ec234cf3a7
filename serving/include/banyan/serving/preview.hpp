// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/operation.hpp"
#include "banyan/routing/configuration.hpp"
#include "banyan/routing/live_routes.hpp"
#include "banyan/routing/without_effect.hpp"

namespace banyan::serving {

/// What a proxy would make of a file: read with all that it names (certificates, tokens) and put
/// together by the same code as at the start, while nothing is listened on, asked, or written.
/// Not for concurrent use.
class Preview {
 public:
  /// Else what a start would be refused for. `overlay`: what the process would be told besides its
  /// file; may be empty.
  static std::expected<Preview, std::vector<strangler::FileProblem>> make(
      const std::string& config_file, const strangler::Overlay& overlay);
  ~Preview();
  Preview(Preview&&) noexcept;
  Preview& operator=(Preview&&) noexcept;

  const strangler::Configuration& configuration() const;

  struct Listening {
    std::string url;  ///< as people type it
    bool clients = true;
    bool operators = false;
    bool of_this_machine = false;  ///< nobody else can reach it
    bool tls = false;
  };
  std::vector<Listening> listening() const;

  /// The routes of the file in the order in which they win (http::PathTable).
  std::vector<const strangler::Route*> by_precedence() const;

  /// What the file says of its rollouts that comes to nothing by `now`.
  std::vector<strangler::WithoutEffect> without_effect(Timestamp now) const;

  enum class Answer : std::uint8_t {
    Route,       ///< forwarded by a route of the file
    OwnPage,     ///< a page of the proxy: health, metrics
    Operators,   ///< at or below /_banyan: never forwarded
    NotFound,    ///< 404
    NotAllowed,  ///< 405
    Refused,     ///< 400: a target that nobody, or not this route, takes
  };
  /// Where one side of a route gets a request.
  struct Destination {
    std::string upstream;
    std::string target;  ///< as the upstream sees it
    std::string host;    ///< what the upstream is called; "": what the client said
  };
  struct Outcome {
    Answer answer = Answer::NotFound;
    const strangler::Route* route = nullptr;  ///< of Answer::Route; lives as long as the preview
    Effect effect = Effect::Read;             ///< of Answer::Route
    std::optional<Destination> old_side;      ///< of Answer::Route
    std::optional<Destination> new_side;      ///< of a route with a successor
    std::string detail;                       ///< of the others: which page, which methods, why
    /// The route of a rollout that the request misses by nothing but its spelling.
    const strangler::Route* beside = nullptr;
  };
  /// What a client's request would come to, on the first of the listeners for clients. `target` in
  /// origin form, with or without a query.
  Outcome request(std::string_view method, std::string_view target) const;

 private:
  struct Parts;
  explicit Preview(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace banyan::serving
