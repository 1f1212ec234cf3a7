// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "banyan/upstream/group.hpp"

namespace banyan::upstream {

/// The attempts that one request makes at a group. Nowhere else is an instance picked, one of its
/// in-flight slots taken, and a failed attempt repeated or not.
///
/// * A request that provably was not sent goes to every instance, once each, whatever it is: it
///   cannot be done twice, and adds no load to those that answer.
/// * One that may have arrived goes out once more, if it is safe to repeat and the group's budget
///   has a retry left; elsewhere when there is an elsewhere.
///
/// What comes of each attempt goes to the instance's health at once; what comes of the request goes
/// to the breaker. One thread at a time; the group must outlive it.
class Attempts {
 public:
  explicit Attempts(Group& group) : group_(&group) {}
  /// As end().
  ~Attempts() { end(); }
  Attempts(const Attempts&) = delete;
  Attempts& operator=(const Attempts&) = delete;

  enum class Begun : std::uint8_t {
    Yes,
    Full,  ///< all that could be asked have as many requests, or uploads, or uploads of this
           ///< client, under way as they may
    Open,  ///< the breaker is open
  };
  /// The first one, or the next. `body`: whether some of it is still to come, and `client`: from
  /// whom, see UploadPlaces.
  [[nodiscard]] Begun begin(Group::Body body = Group::Body::None, std::string client = {});
  /// All of it has come.
  void uploaded();

  std::size_t instance() const noexcept { return instance_; }
  const http::Endpoint& endpoint() const { return group_->endpoint(instance_); }
  unsigned made() const noexcept { return made_; }

  // What came of the attempt that was begun last.

  /// An answer began. 502, 503 and 504 are answers too: they count for the health of the instance,
  /// which is there, and for the breaker as failures of the dependency.
  void answered(unsigned status);
  /// The instance failed. Also after answered(), when the answer broke off.
  void failed();
  /// Nothing that says anything about the instance.
  void forgo();

  /// After failed() or forgo(): whether begin() may be called once more.
  [[nodiscard]] bool may_go_on(bool provably_unsent, bool safe_to_repeat);
  /// Frees the in-flight slot: the request needs nothing more from the instance.
  void leave();
  /// The request is over. An attempt whose outcome was not told does not count for the instance.
  void end();

 private:
  enum class Verdict : std::uint8_t { None, Good, Bad };
  void tell_breaker();

  Group* group_;
  std::size_t instance_ = 0;
  unsigned made_ = 0;
  bool seated_ = false;
  bool uploads_ = false;
  std::string uploader_;    ///< while it does
  bool open_ = false;       ///< nothing was told of the attempt under way
  bool repeated_ = false;   ///< the retry was made
  bool permitted_ = false;  ///< the breaker waits for what comes of it
  Verdict verdict_ = Verdict::None;
  CircuitBreaker::Permit permit_;
  std::vector<std::size_t> tried_;  ///< to no use
};

}  // namespace banyan::upstream
