// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/forwarding/trusted_peers.hpp"
#include "banyan/http/fields.hpp"
#include "banyan/kernel/context.hpp"
#include "banyan/routing/configuration.hpp"
#include "rollout_book.hpp"

namespace banyan::serving {

/// On which sides of rollouts a request is wanted by a tester who may say so. Views into the
/// Testers.
struct Wishes {
  struct Wish {
    std::string_view rollout;
    /// That has said it here and says it to whoever is asked next; "": none has.
    std::string_view header;
    Side side;
  };
  std::vector<Wish> wishes;
  std::optional<NotForced> not_heard;  ///< why a header's word did not count

  const Wish* of(std::string_view rollout) const;
};

/// Who may choose a side, by one generation of the file: `testers` of its rollouts. Whether a side
/// is to be had is decided elsewhere. Immutable.
class Testers {
 public:
  Testers() = default;
  /// With the secrets that the file names, or what is wrong with these. `book`: where words that do
  /// not count are counted; null: nowhere.
  static std::expected<Testers, std::vector<strangler::FileProblem>> make(
      const strangler::Configuration& configuration, const std::string& config_file,
      RolloutBook* book);

  bool empty() const { return rollouts_.empty(); }
  /// The headers by which testers choose: they never go on as they came.
  const std::vector<std::string>& headers() const { return headers_; }

  struct Asker {
    const http::Fields& fields;
    /// By another process of the application, which tells decisions in the Context. A word without
    /// proof beside them is what is left of one that counted there, or a client's own: nothing
    /// here.
    bool decided_before;
    std::string_view peer;
    const strangler::TrustedPeers& trusted;
    std::string_view key;  ///< of stickiness
  };
  /// Null for nearly everybody, who wants nothing.
  std::unique_ptr<const Wishes> wishes_of(const Asker& asker) const;

 private:
  struct Rollout {
    std::string name;
    std::string header;
    std::string secret;  ///< "": none makes the header count
    bool from_trusted_peers = false;
    std::map<std::string, Side, std::less<>> listed;
    std::shared_ptr<RolloutFigures> figures;
  };
  static std::expected<std::optional<Side>, NotForced> word_of(const Rollout& rollout,
                                                               const Asker& asker);

  std::vector<std::string> headers_;
  std::vector<Rollout> rollouts_;
};

}  // namespace banyan::serving
