// SPDX-License-Identifier: Apache-2.0
#include "banyan/map/context_map.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "layout.hpp"
#include "relations.hpp"
#include "svg.hpp"
#include "text.hpp"

namespace banyan::map {
namespace {

using Kind = Relation::Kind;
using Target = Relation::Target;

constexpr double kPadding = 14;
constexpr double kNameLetter = 10;  ///< how wide a letter of a name is, about
constexpr double kSmallLetter = 6.8;
constexpr double kNameHeight = 24;
constexpr double kSmallHeight = 17;
constexpr double kLegendRow = 22;
constexpr double kLegendWidth = 380;

struct Box {
  std::string name;
  std::vector<std::string> lines;
  std::string classes;
  bool on_ground = false;

  double width() const {
    double most = kNameLetter * static_cast<double>(width_of(name));
    for (const std::string& line : lines) {
      most = std::max(most, kSmallLetter * static_cast<double>(width_of(line)));
    }
    return std::max(120.0, most + 2 * kPadding);
  }
  double height() const {
    return kPadding + kNameHeight + kSmallHeight * static_cast<double>(lines.size());
  }
};

std::string offers(const ModuleInfo& module) {
  std::string text = counted(module.operations.size(), "operation", "operations");
  if (!module.events.empty()) text += " · " + counted(module.events.size(), "event", "events");
  return text;
}

std::string_view class_of(Kind kind) {
  switch (kind) {
    case Kind::Call: return "call";
    case Kind::Event: return "event";
    case Kind::Party: return "outside";
    case Kind::Violation: return "violation";
  }
  return {};
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& each : words) out += (out.empty() ? "" : ", ") + each;
  return out;
}

std::string sentence_of(const Relation& relation) {
  const std::string what = joined(relation.what);
  const std::string behind = what.empty() ? "" : ": " + what;
  switch (relation.kind) {
    case Kind::Call: return relation.from + " calls " + relation.to + behind;
    case Kind::Event: return relation.to + " follows events of " + relation.from + behind;
    case Kind::Party: return relation.from + " works with an outside party, " + relation.to;
    case Kind::Violation:
      return relation.from + " touches " +
             (relation.target == Target::Module ? "tables of " + relation.to + behind
                                                : "a table of nobody: " + relation.to);
  }
  return {};
}

std::string_view meaning_of(Kind kind) {
  switch (kind) {
    case Kind::Call: return "calls the port of: downstream (D) needs upstream (U)";
    case Kind::Event: return "events go to whoever follows them";
    case Kind::Party: return "works with an outside party";
    case Kind::Violation: return "touches tables that are not its own";
  }
  return {};
}

class ContextMap {
 public:
  ContextMap(const Description& description, const Places& places)
      : description_(description), relations_(relations(description)) {
    for (const ModuleInfo& module : description.modules) add_module(module, places);
    for (const Relation& relation : relations_) {
      if (relation.target == Target::Party) add(Target::Party, relation, "outside party", "party");
      if (relation.target == Target::SharedTable) {
        add(Target::SharedTable, relation, "table of nobody", "shared");
      }
    }
    lay_out_boxes();
  }

  std::string draw(Colours colours) const {
    const std::vector<Kind> kinds = kinds_used();
    const double legend = kinds.empty() ? 0 : kLegendRow * static_cast<double>(kinds.size()) + 12;
    const double width = std::max(layout_.width, kinds.empty() ? 0.0 : kLegendWidth);
    std::string out =
        svg::begin(width, layout_.height + legend, "Context map of " + description_.title,
                   in_words(), colours == Colours::Own);
    for (std::size_t i = 0; i < relations_.size(); ++i) out += draw_line(i);
    for (std::size_t i = 0; i < boxes_.size(); ++i) out += draw_box(i);
    double y = layout_.height + 14;
    for (const Kind kind : kinds) {
      out += svg::line({16, y}, {60, y}, class_of(kind));
      out += svg::text(70, y + 4, "small", meaning_of(kind));
      y += kLegendRow;
    }
    return out + std::string(svg::end());
  }

 private:
  void add_module(const ModuleInfo& module, const Places& places) {
    Box box{.name = module.name, .lines = {offers(module)}, .classes = "box"};
    if (!module.tables.empty()) {
      box.lines.push_back(counted(module.tables.size(), "table", "tables"));
    }
    if (const auto place = places.find(module.name); place != places.end()) {
      box.lines.push_back(place->second.text);
      if (place->second.elsewhere) box.classes += " elsewhere";
    }
    index_.emplace(std::pair(Target::Module, module.name), boxes_.size());
    boxes_.push_back(std::move(box));
  }

  void add(Target target, const Relation& relation, const std::string& what,
           const std::string& classes) {
    if (!index_.emplace(std::pair(target, relation.to), boxes_.size()).second) return;
    // "payments.provider": whose it is, the line says.
    boxes_.push_back(
        {relation.to.substr(relation.to.find('.') + 1), {what}, "box " + classes, true});
  }

  void lay_out_boxes() {
    std::vector<BoxSpec> boxes;
    for (const Box& box : boxes_) boxes.push_back({box.width(), box.height(), box.on_ground});
    std::vector<LineSpec> lines;
    for (const Relation& relation : relations_) {
      const bool between_modules = relation.target == Target::Module;
      lines.push_back({.from = index_.at({Target::Module, relation.from}),
                       .to = index_.at({relation.target, relation.to}),
                       .from_above = relation.kind != Kind::Event,
                       .firm = relation.kind == Kind::Call || !between_modules});
    }
    layout_ = lay_out(boxes, lines);
  }

  std::string draw_box(std::size_t index) const {
    const Box& box = boxes_[index];
    const Rectangle& at = layout_.boxes[index];
    std::string out = svg::rectangle(at, box.classes);
    double y = at.y + kNameHeight;
    out += svg::text(at.x + kPadding, y, "name", box.name);
    for (const std::string& line : box.lines) {
      y += kSmallHeight;
      out += svg::text(at.x + kPadding, y, "small", line);
    }
    return out;
  }

  std::string draw_line(std::size_t index) const {
    const Relation& relation = relations_[index];
    const Curve& curve = layout_.lines[index];
    std::string out = svg::arrow(curve, class_of(relation.kind), sentence_of(relation));
    if (relation.kind == Kind::Call) {
      out += svg::text(curve.front().x + 4, curve.front().y + 12, "end", "D");
      out += svg::text(curve.back().x + 7, curve.back().y - 6, "end", "U");
    }
    return out;
  }

  std::vector<Kind> kinds_used() const {
    std::vector<Kind> kinds;
    for (const Kind kind : {Kind::Call, Kind::Event, Kind::Party, Kind::Violation}) {
      if (std::ranges::find(relations_, kind, &Relation::kind) != relations_.end()) {
        kinds.push_back(kind);
      }
    }
    return kinds;
  }

  std::string in_words() const {
    std::string words;
    for (const Relation& relation : relations_) words += sentence_of(relation) + ". ";
    return words;
  }

  const Description& description_;
  std::vector<Relation> relations_;
  std::vector<Box> boxes_;
  std::map<std::pair<Target, std::string>, std::size_t> index_;
  Layout layout_;
};

}  // namespace

std::string context_map_svg(const Description& description, const Places& places, Colours colours) {
  return ContextMap(description, places).draw(colours);
}

}  // namespace banyan::map
