// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/context.hpp"
#include "banyan/kernel/result.hpp"

namespace banyan {

/// Who wants something that is written down, and why.
struct Asked {
  std::string who;
  std::string why;
  friend bool operator==(const Asked&, const Asked&) = default;
};
BOOST_DESCRIBE_STRUCT(Asked, (), (who, why))

/// A module that a read model is made of, and how much of it is there.
struct ReadModelSource {
  std::string module;
  /// Whatever was changed there before this time has reached the model. Absent: nobody has said yet
  /// that its events come here.
  std::optional<Timestamp> complete_until;
};
BOOST_DESCRIBE_STRUCT(ReadModelSource, (), (module, complete_until))

/// How a read model is.
struct ReadModelReport {
  std::int64_t served = 0;     ///< the number of the rebuild that is answered from; 0: none yet
  std::int64_t rebuilt = 0;    ///< the number of the last one that was asked for; 0: none yet
  bool rebuilding = false;     ///< that one is under way
  std::string reading;         ///< the module whose rows are read now; "" when none
  std::int64_t rows = 0;       ///< that the last rebuild has read so far
  std::optional<Asked> asked;  ///< of the last rebuild
  std::optional<Timestamp> asked_at;
  std::optional<Timestamp> ended_at;
  std::optional<std::string> problem;  ///< why it does not go on just now
  std::vector<ReadModelSource> sources;
};
BOOST_DESCRIBE_STRUCT(ReadModelReport, (),
                      (served, rebuilt, rebuilding, reading, rows, asked, asked_at, ended_at,
                       problem, sources))

/// A copy that a module keeps of what others own, so that it answers when they are away. It follows
/// their events; what it cannot know from those (it is new, or something was lost) it reads from
/// the owners' ports, into a new copy beside the old one, which is served until the new one is
/// whole. The object that the module makes has this as a base beside its port, and whoever hosts it
/// finds it there. Safe for concurrent use.
class ReadModel {
 public:
  virtual ~ReadModel() = default;

  virtual ReadModelReport read_model(const Context& context) = 0;

  /// Makes the model anew from the owners, in the background. One that is under way is given up for
  /// it: whatever was changed before this call is in the new one. Answers with its number.
  virtual Result<std::int64_t> rebuild_read_model(const Asked& asked, const Context& context) = 0;

  /// All that `source` had committed before `until` has been handled here; also says that its
  /// events do come here. Whoever brings the events says so from time to time.
  virtual Result<void> read_model_complete(const std::string& source, Timestamp until,
                                           const Context& context) = 0;
};

}  // namespace banyan
