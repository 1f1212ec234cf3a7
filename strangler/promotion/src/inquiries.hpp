// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/executor.hpp"
#include "banyan/kernel/result.hpp"

namespace banyan::strangler {

/// Questions to the new sides of rollouts, whether they are fit for more, which take a second or
/// two: they are asked aside, so that whoever conducts goes on meanwhile. Safe for concurrent use.
class Inquiries {
 public:
  /// A side that was fit longer ago has to be asked anew.
  static constexpr std::chrono::seconds kFresh{2};

  using Ask = std::function<Result<void>(const std::string& module)>;
  /// `aside`: null asks at once, as simulations do. `answered` is called when an answer has come
  /// from aside. Both must outlive it, and so must the clock.
  Inquiries(Ask ask, Executor* aside, const Clock& clock, std::function<void()> answered);
  /// Waits for what is being asked.
  ~Inquiries();
  Inquiries(const Inquiries&) = delete;
  Inquiries& operator=(const Inquiries&) = delete;

  /// The answer, once; nothing while it is not there. Asks, if nobody has yet.
  std::optional<Result<void>> about(const std::string& module);
  /// From now on nobody is asked, nor who waits for a thread; waits for what is being asked.
  void end();

 private:
  class Ending;
  bool gives_up();
  void one_less();

  struct Inquiry {
    std::optional<Result<void>> answer;
    SteadyTime came{};
  };

  const Ask ask_;
  Executor* const aside_;
  const Clock& clock_;
  const std::function<void()> answered_;

  std::mutex mutex_;
  std::condition_variable none_under_way_;
  std::size_t under_way_ = 0;
  bool ended_ = false;
  std::map<std::string, Inquiry> all_;  ///< by the name of the rollout
};

}  // namespace banyan::strangler
