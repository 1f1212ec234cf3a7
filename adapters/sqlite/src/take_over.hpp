// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/stat.h>

namespace banyan::sqlite {

/// Gives a file that this process has made the owner, the group and the mode of `model`. Who is not
/// root may still leave a file that the model's owner can use: by the group, or by all. False, and
/// errno: that owner could not use it.
bool take_over(int descriptor, const struct ::stat& model);

}  // namespace banyan::sqlite
