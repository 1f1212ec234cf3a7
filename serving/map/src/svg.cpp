// SPDX-License-Identifier: Apache-2.0
#include "svg.hpp"

#include <cmath>

#include "text.hpp"

namespace banyan::map::svg {
namespace {

// The colours are those of the operators' pages. Where the picture is a part of a page whose policy
// forbids styles inside of it, that page has the same rules (dashboard/web/map.css).
constexpr std::string_view kRules = R"(<style>
svg{--ink:#23211d;--soft:#6f6a60;--line:#cfc8ba;--card:#fff;--old:#00478f;--new:#ad5700;--bad:#650b35}
@media(prefers-color-scheme:dark){svg{--ink:#e7e4dd;--soft:#a8a398;--line:#444a4e;--card:#1d2023;--old:#309ce8;--new:#ffcb1f;--bad:#ff3377}}
text{font:13px system-ui,sans-serif;fill:var(--ink)}
.name{font-size:16px;font-weight:600}.small{font-size:12px;fill:var(--soft)}.end{font-size:10px;fill:var(--soft)}
.box{fill:var(--card);stroke:var(--old);stroke-width:1.5}.elsewhere{stroke:var(--new);stroke-width:2.5}
.party{stroke:var(--soft);stroke-dasharray:2 3}.shared{stroke:var(--bad);stroke-dasharray:2 3}
path{fill:none;stroke:var(--soft);stroke-width:1.4}
.event{stroke:var(--old);stroke-dasharray:7 4}.violation{stroke:var(--bad);stroke-dasharray:2 4}
.head-call,.head-outside{fill:var(--soft);stroke:none}.head-event{fill:var(--old);stroke:none}.head-violation{fill:var(--bad);stroke:none}
)";

std::string heads() {
  std::string out = "<defs>";
  for (const std::string kind : {"call", "event", "outside", "violation"}) {
    out += "<marker id=\"head-" + kind +
           "\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"9\" markerHeight=\"9\""
           " markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path class=\"head-" +
           kind + "\" d=\"M0 0L10 5L0 10z\"/></marker>";
  }
  return out + "</defs>\n";
}

std::string point(Point at) { return number(at.x) + ' ' + number(at.y); }

}  // namespace

std::string number(double value) {
  const long tenths = std::lround(value * 10);
  std::string text = std::to_string(tenths / 10);
  if (tenths % 10 != 0) text += '.' + std::to_string(std::abs(tenths % 10));
  return text;
}

std::string rectangle(const Rectangle& at, std::string_view classes) {
  return "<rect class=\"" + std::string(classes) + "\" x=\"" + number(at.x) + "\" y=\"" +
         number(at.y) + "\" width=\"" + number(at.width) + "\" height=\"" + number(at.height) +
         "\" rx=\"8\"/>\n";
}

std::string text(double x, double y, std::string_view classes, std::string_view words) {
  return "<text class=\"" + std::string(classes) + "\" x=\"" + number(x) + "\" y=\"" + number(y) +
         "\">" + xml(words) + "</text>\n";
}

std::string arrow(const Curve& curve, std::string_view kind, std::string_view title) {
  std::string path = "M" + point(curve.front());
  for (std::size_t i = 1; i + 2 < curve.size(); i += 3) {
    path += "C" + point(curve[i]) + ' ' + point(curve[i + 1]) + ' ' + point(curve[i + 2]);
  }
  return "<path class=\"" + std::string(kind) + "\" marker-end=\"url(#head-" + std::string(kind) +
         ")\" d=\"" + path + "\"><title>" + xml(title) + "</title></path>\n";
}

std::string line(Point from, Point to, std::string_view kind) {
  return "<path class=\"" + std::string(kind) + "\" marker-end=\"url(#head-" + std::string(kind) +
         ")\" d=\"M" + point(from) + 'L' + point(to) + "\"/>\n";
}

std::string begin(double width, double height, std::string_view title, std::string_view words,
                  bool styled, std::string_view rules) {
  const std::string style =
      styled ? std::string(kRules).append(rules).append("</style>\n") : std::string();
  const std::string size = number(std::ceil(width)) + ' ' + number(std::ceil(height));
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + size + "\" width=\"" +
         number(std::ceil(width)) + "\" height=\"" + number(std::ceil(height)) +
         "\" role=\"img\" aria-labelledby=\"map-title map-words\">\n<title id=\"map-title\">" +
         xml(title) + "</title>\n<desc id=\"map-words\">" + xml(words) + "</desc>\n" + style +
         heads();
}

std::string_view end() { return "</svg>\n"; }

}  // namespace banyan::map::svg
