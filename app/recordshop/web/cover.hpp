// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "catalog/ids.hpp"

namespace recordshop::web {

/// A picture for the sleeve of an album, made of its id: the same one each time, and hardly that of
/// another. SVG, square.
std::string cover_of(const catalog::AlbumId& album);

}  // namespace recordshop::web
