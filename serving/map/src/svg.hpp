// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "layout.hpp"

/// The few elements of SVG that the map is made of. Texts are escaped here.
namespace banyan::map::svg {

std::string number(double value);

/// `classes` are of the style sheet of the map.
std::string rectangle(const Rectangle& at, std::string_view classes);
std::string text(double x, double y, std::string_view classes, std::string_view words);
/// A curve with an arrow head at its end, and a title that is shown when it is pointed at.
std::string arrow(const Curve& curve, std::string_view kind, std::string_view title);
std::string line(Point from, Point to, std::string_view kind);

/// Everything before the picture: size, what it is for those who do not see it, and if `styled` its
/// style sheet, with `rules` of its own behind the common ones.
std::string begin(double width, double height, std::string_view title, std::string_view words,
                  bool styled, std::string_view rules = {});
std::string_view end();

}  // namespace banyan::map::svg
