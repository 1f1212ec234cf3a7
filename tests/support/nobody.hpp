// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <sys/types.h>
#include <unistd.h>

namespace banyan::test {

/// For as long as it lives, root is a user who may do no more than others may, and who keeps its
/// group: root may read and write everything. Of another user nothing changes.
class Nobody {
 public:
  Nobody() : before_(::geteuid()) { EXPECT_EQ(::seteuid(before_ == 0 ? kNobody : before_), 0); }
  ~Nobody() { EXPECT_EQ(::seteuid(before_), 0); }
  Nobody(const Nobody&) = delete;
  Nobody& operator=(const Nobody&) = delete;

 private:
  static constexpr uid_t kNobody = 65'534;
  const uid_t before_;
};

}  // namespace banyan::test
