// SPDX-License-Identifier: Apache-2.0
#include "layout.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace banyan::map {
namespace {

constexpr double kMargin = 16;
constexpr double kBetweenLayers = 84;
constexpr double kBetweenBoxes = 36;
constexpr double kLane = 14;
constexpr int kSweeps = 12;

/// A box, or the lane of a line in a layer that it passes.
struct Node {
  double width = 0;
  std::size_t layer = 0;
  double centre = 0;
  std::vector<std::size_t> above;  ///< that lines lead to, in the next layer up
  std::vector<std::size_t> below;
};

/// The way of a line: its nodes from the upper end to the lower one. Both ends in one layer: two.
struct Way {
  std::vector<std::size_t> nodes;
  bool turned = false;  ///< the line itself goes from the lower end to the upper one
};

class Drawing {
 public:
  Drawing(const std::vector<BoxSpec>& boxes, const std::vector<LineSpec>& lines)
      : boxes_(boxes), lines_(lines) {
    for (const BoxSpec& box : boxes_) nodes_.push_back({.width = box.width});
    put_into_layers();
    make_ways();
    put_in_order();
    place();
  }

  Layout result() {
    Layout layout;
    measure_layers();
    for (std::size_t i = 0; i < boxes_.size(); ++i) {
      const Node& node = nodes_[i];
      layout.boxes.push_back(
          {node.centre - node.width / 2, tops_[node.layer], node.width, heights_[node.layer]});
    }
    for (const Way& way : ways_) layout.lines.push_back(curve_of(way));
    for (const Node& node : nodes_) {
      layout.width = std::max(layout.width, node.centre + node.width / 2 + kMargin);
    }
    layout.height = tops_.empty() ? 0 : tops_.front() + heights_.front() + kMargin;
    return layout;
  }

 private:
  std::size_t upper(const LineSpec& line) const { return line.from_above ? line.from : line.to; }
  std::size_t lower(const LineSpec& line) const { return line.from_above ? line.to : line.from; }

  // --- layers, counted from the ground ------------------------------------------------------

  bool rests_on(std::size_t box, std::size_t other,
                const std::vector<std::vector<std::size_t>>& rests) const {
    if (box == other) return true;
    return std::ranges::any_of(rests[box],
                               [&](std::size_t next) { return rests_on(next, other, rests); });
  }

  void put_into_layers() {
    const bool ground = std::ranges::any_of(boxes_, &BoxSpec::on_ground);
    std::vector<std::vector<std::size_t>> rests(boxes_.size());
    for (const bool firm : {true, false}) {
      for (const LineSpec& line : lines_) {
        const bool between = !boxes_[line.from].on_ground && !boxes_[line.to].on_ground;
        if (line.firm != firm || !between) continue;
        if (!firm && rests_on(lower(line), upper(line), rests)) continue;
        rests[upper(line)].push_back(lower(line));
      }
    }
    for (std::size_t i = 0; i < boxes_.size(); ++i) {
      nodes_[i].layer = boxes_[i].on_ground ? 0 : layer_of(i, rests) + (ground ? 1 : 0);
    }
  }

  std::size_t layer_of(std::size_t box, const std::vector<std::vector<std::size_t>>& rests) const {
    std::size_t layer = 0;
    for (const std::size_t next : rests[box]) layer = std::max(layer, layer_of(next, rests) + 1);
    return layer;
  }

  // --- ways ---------------------------------------------------------------------------------

  void make_ways() {
    for (const LineSpec& line : lines_) {
      Way way;
      std::size_t begin = line.from;
      std::size_t end = line.to;
      way.turned = nodes_[begin].layer < nodes_[end].layer;
      if (way.turned) std::swap(begin, end);
      way.nodes.push_back(begin);
      for (std::size_t layer = nodes_[begin].layer; layer > nodes_[end].layer + 1; --layer) {
        nodes_.push_back({.width = kLane, .layer = layer - 1});
        way.nodes.push_back(nodes_.size() - 1);
      }
      way.nodes.push_back(end);
      for (std::size_t i = 0; i + 1 < way.nodes.size(); ++i) {
        if (nodes_[way.nodes[i]].layer == nodes_[way.nodes[i + 1]].layer) continue;
        nodes_[way.nodes[i]].below.push_back(way.nodes[i + 1]);
        nodes_[way.nodes[i + 1]].above.push_back(way.nodes[i]);
      }
      ways_.push_back(std::move(way));
    }
  }

  // --- order within the layers --------------------------------------------------------------

  void put_in_order() {
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      if (layers_.size() <= nodes_[i].layer) layers_.resize(nodes_[i].layer + 1);
      layers_[nodes_[i].layer].push_back(i);
    }
    auto best = layers_;
    std::size_t fewest = crossings();
    for (int sweep = 0; sweep < kSweeps; ++sweep) {
      const bool upwards = sweep % 2 == 0;
      for (std::size_t i = 1; i < layers_.size(); ++i) {
        sort_layer(upwards ? i : layers_.size() - 1 - i, upwards);
      }
      if (const std::size_t now = crossings(); now < fewest) {
        fewest = now;
        best = layers_;
      }
    }
    layers_ = best;
  }

  std::vector<std::size_t> positions() const {
    std::vector<std::size_t> at(nodes_.size());
    for (const auto& layer : layers_) {
      for (std::size_t i = 0; i < layer.size(); ++i) at[layer[i]] = i;
    }
    return at;
  }

  /// By the mean position of the neighbours in the layer that is in order already.
  void sort_layer(std::size_t layer, bool by_those_below) {
    const std::vector<std::size_t> at = positions();
    std::vector<double> mean(nodes_.size());
    for (const std::size_t each : layers_[layer]) {
      const auto& neighbours = by_those_below ? nodes_[each].below : nodes_[each].above;
      double sum = 0;
      for (const std::size_t next : neighbours) sum += static_cast<double>(at[next]);
      mean[each] = neighbours.empty() ? static_cast<double>(at[each])
                                      : sum / static_cast<double>(neighbours.size());
    }
    std::ranges::stable_sort(layers_[layer], {}, [&](std::size_t each) { return mean[each]; });
  }

  std::size_t crossings() const {
    const std::vector<std::size_t> at = positions();
    std::size_t count = 0;
    for (const auto& layer : layers_) {
      std::vector<std::pair<std::size_t, std::size_t>> lines;
      for (const std::size_t each : layer) {
        for (const std::size_t next : nodes_[each].below) lines.emplace_back(at[each], at[next]);
      }
      for (std::size_t i = 0; i < lines.size(); ++i) {
        for (std::size_t j = i + 1; j < lines.size(); ++j) {
          const auto& [a, b] = lines[i];
          const auto& [c, d] = lines[j];
          if ((a < c && b > d) || (a > c && b < d)) ++count;
        }
      }
    }
    return count;
  }

  // --- places -------------------------------------------------------------------------------

  void place() {
    for (const auto& layer : layers_) {
      double x = 0;
      for (const std::size_t each : layer) {
        nodes_[each].centre = x + nodes_[each].width / 2;
        x += nodes_[each].width + kBetweenBoxes;
      }
    }
    for (int sweep = 0; sweep < kSweeps; ++sweep) {
      for (const auto& layer : layers_) draw_to_neighbours(layer);
    }
    double left = 0;
    for (const Node& node : nodes_) left = std::min(left, node.centre - node.width / 2);
    for (Node& node : nodes_) node.centre += kMargin - left;
  }

  /// Each to the mean of its neighbours, as far as those beside it leave room; then all together
  /// by what they still lack on the average.
  void draw_to_neighbours(const std::vector<std::size_t>& layer) {
    double lacking = 0;
    double end = 0;
    std::vector<double> centres;
    for (std::size_t i = 0; i < layer.size(); ++i) {
      const Node& node = nodes_[layer[i]];
      const double wanted = mean_of_neighbours(node);
      const double least = i == 0 ? wanted : end + kBetweenBoxes + node.width / 2;
      centres.push_back(std::max(wanted, least));
      end = centres.back() + node.width / 2;
      lacking += wanted - centres.back();
    }
    for (std::size_t i = 0; i < layer.size(); ++i) {
      nodes_[layer[i]].centre = centres[i] + lacking / static_cast<double>(layer.size());
    }
  }

  double mean_of_neighbours(const Node& node) const {
    double sum = 0;
    for (const std::size_t next : node.above) sum += nodes_[next].centre;
    for (const std::size_t next : node.below) sum += nodes_[next].centre;
    const std::size_t count = node.above.size() + node.below.size();
    return count == 0 ? node.centre : sum / static_cast<double>(count);
  }

  // --- lines --------------------------------------------------------------------------------

  void measure_layers() {
    heights_.assign(layers_.size(), 0);
    tops_.assign(layers_.size(), 0);
    for (std::size_t i = 0; i < boxes_.size(); ++i) {
      heights_[nodes_[i].layer] = std::max(heights_[nodes_[i].layer], boxes_[i].height);
    }
    double y = kMargin;
    for (std::size_t i = layers_.size(); i-- > 0;) {
      tops_[i] = y;
      y += heights_[i] + kBetweenLayers;
    }
    for (std::size_t i = 0; i < ways_.size(); ++i) {
      for (std::size_t j = 0; j + 1 < ways_[i].nodes.size(); ++j) note_ends(i, j);
    }
    const auto by_other_end = [this](const End& left, const End& right) {
      return std::pair(nodes_[left.other].centre, left.way) <
             std::pair(nodes_[right.other].centre, right.way);
    };
    for (auto& each : bottoms_) std::ranges::sort(each, by_other_end);
    for (auto& each : heads_) std::ranges::sort(each, by_other_end);
  }

  /// Where a step of a way meets a node, and the node at its other end.
  struct End {
    std::size_t way;
    std::size_t other;
  };

  void note_ends(std::size_t way, std::size_t step) {
    bottoms_.resize(nodes_.size());
    heads_.resize(nodes_.size());
    const std::size_t begin = ways_[way].nodes[step];
    const std::size_t end = ways_[way].nodes[step + 1];
    bottoms_[begin].push_back({way, end});
    (nodes_[begin].layer == nodes_[end].layer ? bottoms_ : heads_)[end].push_back({way, begin});
  }

  /// Ends share a side of a box evenly.
  double meets(std::size_t node, const std::vector<End>& ends, std::size_t way) const {
    const auto found = std::ranges::find(ends, way, &End::way);
    const double share =
        static_cast<double>(found - ends.begin() + 1) / static_cast<double>(ends.size() + 1);
    return nodes_[node].centre - nodes_[node].width / 2 + share * nodes_[node].width;
  }

  double bottom_of(std::size_t node) const {
    return tops_[nodes_[node].layer] + heights_[nodes_[node].layer];
  }

  Curve curve_of(const Way& way) const {
    const auto number = static_cast<std::size_t>(&way - ways_.data());
    Curve curve;
    for (std::size_t i = 0; i + 1 < way.nodes.size(); ++i) {
      const std::size_t begin = way.nodes[i];
      const std::size_t end = way.nodes[i + 1];
      const Point out{meets(begin, bottoms_[begin], number), bottom_of(begin)};
      if (nodes_[begin].layer == nodes_[end].layer) {
        const Point in{meets(end, bottoms_[end], number), bottom_of(end)};
        const double deep = out.y + kBetweenLayers * 0.7;
        curve = {out, {out.x, deep}, {in.x, deep}, in};
        break;
      }
      const Point in{meets(end, heads_[end], number), tops_[nodes_[end].layer]};
      const double middle = (out.y + in.y) / 2;
      if (curve.empty()) {
        curve.push_back(out);
      } else {
        // Straight down the lane.
        curve.insert(curve.end(), {curve.back(), out, out});
      }
      curve.insert(curve.end(), {{out.x, middle}, {in.x, middle}, in});
    }
    if (way.turned) std::ranges::reverse(curve);
    return curve;
  }

  const std::vector<BoxSpec>& boxes_;
  const std::vector<LineSpec>& lines_;
  std::vector<Node> nodes_;
  std::vector<Way> ways_;
  std::vector<std::vector<std::size_t>> layers_;
  std::vector<double> tops_;
  std::vector<double> heights_;
  std::vector<std::vector<End>> bottoms_;  ///< by node: those that leave it downwards
  std::vector<std::vector<End>> heads_;
};

}  // namespace

Layout lay_out(const std::vector<BoxSpec>& boxes, const std::vector<LineSpec>& lines) {
  return Drawing(boxes, lines).result();
}

}  // namespace banyan::map
