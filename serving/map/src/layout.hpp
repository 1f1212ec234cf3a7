// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

/// Draws boxes in layers, after Sugiyama, Tagawa and Toda (1981): each box stands above those that
/// it rests on, and a line that passes a layer has a lane of its own there. So no box meets another
/// one, and no line runs behind a box.
namespace banyan::map {

struct Point {
  double x = 0;
  double y = 0;
};

struct Rectangle {
  double x = 0;  ///< of the left upper corner
  double y = 0;
  double width = 0;
  double height = 0;
};

struct BoxSpec {
  double width = 0;
  double height = 0;
  bool on_ground = false;  ///< in the lowest layer, which it shares with no other kind of box
};

struct LineSpec {
  std::size_t from = 0;  ///< index of a box
  std::size_t to = 0;
  /// `from` stands above `to`, or the reverse where it is false. A line that is not `firm` has no
  /// say where that would be a circle.
  bool from_above = true;
  bool firm = true;
};

/// A line from `from` to `to`: it begins at the first point; then one cubic curve after the other,
/// each of two control points and its end.
using Curve = std::vector<Point>;

struct Layout {
  double width = 0;
  double height = 0;
  std::vector<Rectangle> boxes;  ///< in the order of the specs
  std::vector<Curve> lines;      ///< 〃
};

/// Firm lines must have no circle. The same specs give the same layout.
Layout lay_out(const std::vector<BoxSpec>& boxes, const std::vector<LineSpec>& lines);

}  // namespace banyan::map
