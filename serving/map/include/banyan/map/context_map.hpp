// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "banyan/map/description.hpp"

namespace banyan::map {

/// Where a module is just now.
struct Place {
  std::string text;        ///< "here", "at 127.0.0.1:9001", "here and at …"
  bool elsewhere = false;  ///< its calls leave this process, all or some
};

/// By module; empty in documents, which are true of every process.
using Places = std::map<std::string, Place>;

/// Whether the picture brings its style sheet, or is put into a page that has the rules
/// (dashboard/web/map.css) and whose policy forbids others.
enum class Colours : std::uint8_t { Own, OfThePage };

/// The context map as an SVG document: each module a box, above those that it needs; outside
/// parties and shared tables at the bottom. Readable on light and dark ground, without scripts; the
/// same description gives the same bytes.
std::string context_map_svg(const Description& description, const Places& places = {},
                            Colours colours = Colours::Own);

}  // namespace banyan::map
