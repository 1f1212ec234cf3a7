// SPDX-License-Identifier: Apache-2.0
#include "banyan/map/saga_picture.hpp"

#include <algorithm>
#include <vector>

#include "svg.hpp"
#include "text.hpp"

namespace banyan::map {
namespace {

// The same rules as in dashboard/web/sagas.css, for where the picture is a part of that page.
constexpr std::string_view kRules = R"(.step{font-size:14px;font-weight:600}
.done{fill:var(--card);stroke-width:2.5}.at{stroke:var(--new);stroke-width:3}.stuck{stroke:var(--bad);stroke-width:3}
.to-come{stroke:var(--soft);stroke-dasharray:4 4}.refused{stroke:var(--bad)}.undone{stroke:var(--soft)}
.no-return{fill:var(--soft)}
)";

constexpr double kNames = 110;  ///< the modules, at the left
constexpr double kWidth = 168;
constexpr double kHeight = 78;
constexpr double kGap = 34;
constexpr double kRow = 26;  ///< between two modules
constexpr double kTop = 30;
constexpr double kPadding = 10;
constexpr std::size_t kMostLetters = 23;

std::string cut(std::string text) {
  if (text.size() > kMostLetters) text = text.substr(0, kMostLetters - 1) + "…";
  return text;
}

/// How a step looks, and in words.
struct Look {
  std::string_view classes;
  std::string words;
};

class SagaPicture {
 public:
  SagaPicture(std::string_view module, const SagaRecord& saga) : module_(module), saga_(saga) {
    for (const SagaStep& step : saga_.steps) {
      if (std::ranges::find(rows_, step.dependency) == rows_.end()) {
        rows_.push_back(step.dependency);
      }
    }
  }

  std::string draw(Colours colours) const {
    const auto steps = static_cast<double>(saga_.steps.size());
    const auto rows = static_cast<double>(rows_.size());
    const double width = kNames + steps * (kWidth + kGap);
    const double height = kTop + rows * (kHeight + kRow) + 10;
    std::string out = svg::begin(
        width, height, std::string(module_) + '.' + saga_.name + " about " + saga_.subject,
        in_words(), colours == Colours::Own, kRules);
    for (std::size_t row = 0; row < rows_.size(); ++row) {
      out += svg::text(4, top(row) + kHeight / 2, "name", rows_[row]);
    }
    for (std::size_t i = 0; i + 1 < saga_.steps.size(); ++i) out += arrow_behind(i);
    for (std::size_t i = 0; i < saga_.steps.size(); ++i) out += step(i);
    out += point_of_no_return(height);
    return out + std::string(svg::end());
  }

 private:
  double left(std::size_t step) const {
    return kNames + static_cast<double>(step) * (kWidth + kGap);
  }
  static double top(std::size_t row) { return kTop + static_cast<double>(row) * (kHeight + kRow); }
  std::size_t row_of(std::size_t step) const {
    return static_cast<std::size_t>(std::ranges::find(rows_, saga_.steps[step].dependency) -
                                    rows_.begin());
  }
  double middle(std::size_t step) const { return top(row_of(step)) + kHeight / 2; }
  bool is_at(std::size_t step) const {
    return std::cmp_equal(saga_.step, step) && SagaInstance(saga_).open();
  }

  Look look(std::size_t index) const {
    const SagaStep& step = saga_.steps[index];
    const bool back = saga_.phase == SagaPhase::Back;
    if (is_at(index)) {
      if (saga_.status == SagaStatus::Stuck) return {"box stuck", "! stuck here"};
      if (!saga_.blocked_on.empty()) {
        return {"box at", "… waits for " + saga_.blocked_on};
      }
      return {"box at", back ? "… being undone" : "… under way"};
    }
    switch (step.state) {
      case StepState::Done: return {"box done", "✓ done"};
      case StepState::Refused: return {"box refused", "✗ refused"};
      case StepState::Undone: return {"box undone", "↩ undone"};
      case StepState::ToCome: break;
    }
    const bool never = back || !SagaInstance(saga_).open();
    return {"box to-come", never ? "– never asked for" : "○ to come"};
  }

  static std::string calls(const StepCalls& made, std::string_view what) {
    if (made.calls == 0) return {};
    std::string text =
        counted(static_cast<std::size_t>(made.calls), "call", "calls") + std::string(what);
    if (made.began && made.ended) {
      text += ", " + lasted(made.ended->micros - made.began->micros);
    }
    return text;
  }

  static std::string lasted(std::int64_t micros) {
    constexpr std::int64_t kSecond = 1'000'000;
    if (micros < 1'000) return "< 1 ms";
    if (micros < kSecond) return std::to_string(micros / 1'000) + " ms";
    if (micros < 120 * kSecond) return std::to_string(micros / kSecond) + " s";
    if (micros < 7'200 * kSecond) return std::to_string(micros / (60 * kSecond)) + " min";
    return std::to_string(micros / (3'600 * kSecond)) + " h";
  }

  std::string step(std::size_t index) const {
    const SagaStep& step = saga_.steps[index];
    const Rectangle at{left(index), top(row_of(index)), kWidth, kHeight};
    const Look how = look(index);
    std::string out = svg::rectangle(at, how.classes);
    double y = at.y + 20;
    const auto line = [&](std::string_view classes, const std::string& words) {
      if (words.empty()) return;
      out += svg::text(at.x + kPadding, y, classes, cut(words));
      y += 17;
    };
    line("step", step.name);
    line("small", how.words);
    line("small", calls(step.doing, ""));
    line("small", calls(step.undoing, " to undo"));
    return out;
  }

  std::string arrow_behind(std::size_t index) const {
    const Point from{left(index) + kWidth, middle(index)};
    const Point to{left(index + 1), middle(index + 1)};
    const double bend = kGap * 0.7;
    const bool back =
        saga_.phase == SagaPhase::Back &&
        (std::cmp_less(saga_.step, index + 1) || saga_.status == SagaStatus::Undone) &&
        saga_.steps[index + 1].state != StepState::ToCome;
    if (back) {
      return svg::arrow({to, {to.x - bend, to.y}, {from.x + bend, from.y}, from}, "violation",
                        "the way back");
    }
    return svg::arrow({from, {from.x + bend, from.y}, {to.x - bend, to.y}, to}, "call",
                      "then " + saga_.steps[index + 1].name);
  }

  /// Behind the pivot, or before what can only go on.
  std::string point_of_no_return(double height) const {
    for (std::size_t i = 0; i < saga_.steps.size(); ++i) {
      const StepKind kind = saga_.steps[i].kind;
      if (kind == StepKind::Compensable) continue;
      const double x = kind == StepKind::Pivot ? left(i) + kWidth + kGap / 2 : left(i) - kGap / 2;
      return svg::rectangle({x - 1, kTop - 8, 2, height - kTop}, "no-return") +
             svg::text(std::max(4.0, x - 118), 14, "small", "no way back from here on");
    }
    return {};
  }

  std::string in_words() const {
    std::string words;
    for (std::size_t i = 0; i < saga_.steps.size(); ++i) {
      words += saga_.steps[i].dependency + ' ' + saga_.steps[i].name + ": " +
               look(i).words.substr(look(i).words.find(' ') + 1) + ". ";
    }
    return words;
  }

  const std::string_view module_;
  const SagaRecord& saga_;
  std::vector<std::string> rows_;  ///< modules, in the order in which they are first called
};

}  // namespace

std::string saga_svg(std::string_view module, const SagaRecord& saga, Colours colours) {
  return SagaPicture(module, saga).draw(colours);
}

}  // namespace banyan::map
