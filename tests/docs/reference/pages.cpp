// SPDX-License-Identifier: Apache-2.0
#include "reference/pages.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string_view>

#include "banyan/host/metrics.hpp"
#include "banyan/routing/keys.hpp"
#include "banyan/serving/access_fields.hpp"
#include "banyan/serving/metrics.hpp"
#include "banyan/supervision/deployment_keys.hpp"
#include "banyan/telemetry/metrics.hpp"
#include "banyan/tracing/metrics.hpp"

namespace reference {
namespace {

using banyan::strangler::Key;
using banyan::strangler::KeyKind;
using banyan::telemetry::Metric;
using banyan::telemetry::MetricType;

constexpr std::string_view kBegin = "<!-- made of the code: ";
constexpr std::string_view kEnd = "<!-- end of ";
constexpr std::string_view kClose = " -->";

std::string code(std::string_view text) { return '`' + std::string(text) + '`'; }

std::string size_text(std::uint64_t bytes) {
  constexpr std::uint64_t kStep = 1024;
  std::string_view unit;
  for (const std::string_view each : {"KiB", "MiB", "GiB", "TiB"}) {
    if (bytes == 0 || bytes % kStep != 0) break;
    bytes /= kStep;
    unit = each;
  }
  return std::to_string(bytes) + std::string(unit);
}

std::string choices_text(const Key& key) {
  std::string text;
  for (const auto& [value, meaning] : key.choices) {
    text.append(text.empty() ? "" : ", ").append(code('"' + std::string(value) + '"'));
    if (!meaning.empty()) text.append(": ").append(meaning);
  }
  return text;
}

/// With an example where there is one.
std::string such_as(std::string_view what, const Key& key) {
  std::string text(what);
  if (key.example.starts_with('"') && key.example.ends_with('"')) text += ", " + code(key.example);
  if (key.example.starts_with('{')) text += ", " + code(key.example);
  return text;
}

std::string value_of(const Key& key) {
  using enum KeyKind;
  switch (key.kind) {
    case Flag: return "`true`, `false`";
    case Number: return std::to_string(key.least) + " to " + std::to_string(key.most);
    case Size: return size_text(key.least) + " to " + size_text(key.most);
    case Time: return "1ms to " + banyan::strangler::longest_text(key.most);
    case Share: return "0% to 100%";
    case Choice: return choices_text(key);
    case Text: return such_as("text", key);
    case Texts: return "list of texts";
    case List: return "list";
    case Table: return such_as("table", key);
    case Tables: return "list of tables";
  }
  return {};
}

/// `when`: with a column that says from when on a change counts.
std::string keys(std::span<const banyan::strangler::KeySection> sections, bool when) {
  std::string text;
  for (const auto& section : sections) {
    const bool table = section.name.starts_with('[');
    text.append(text.empty() ? "" : "\n");
    text.append("### ").append(table ? code(section.name) : std::string(section.name));
    text.append("\n\n").append(section.help).append("\n\n");
    text.append("| key | value | default |").append(when ? " a change counts |" : "");
    text.append(" what it does |\n| --- | --- | --- |").append(when ? " --- |" : "");
    text.append(" --- |\n");
    for (const Key& key : section.keys) {
      text.append("| ").append(code(key.name)).append(" | ").append(value_of(key)).append(" | ");
      text.append(key.preset.empty() ? std::string(key.otherwise) : code(key.preset));
      if (when) text.append(key.at_restart ? " | at the next start" : " | at a reload");
      text.append(" | ").append(key.help).append(" |\n");
    }
  }
  text.pop_back();
  return text;
}

std::string_view type_of(MetricType type) {
  switch (type) {
    case MetricType::Counter: return "counter";
    case MetricType::Gauge: return "gauge";
    case MetricType::Histogram: return "histogram";
  }
  return {};
}

std::string metrics_table(const auto& metrics) {
  std::string text = "| metric | type | labels | what it says |\n| --- | --- | --- | --- |\n";
  for (const Metric& metric : metrics) {
    std::string labels;
    for (const std::string_view label : metric.labels) {
      if (!label.empty()) labels.append(labels.empty() ? "" : ", ").append(code(label));
    }
    text.append("| ").append(code(metric.name)).append(" | ").append(type_of(metric.type));
    text.append(" | ").append(labels).append(" | ").append(metric.help).append(" |\n");
  }
  text.pop_back();
  return text;
}

std::string access_fields() {
  std::string text =
      "| field | type | in which lines | what it says |\n| --- | --- | --- | --- |\n";
  for (const auto& [name, type, when, help] : banyan::serving::kAccessFields) {
    text.append("| ").append(code(name)).append(" | ").append(type).append(" | ");
    text.append(when.empty() ? "all" : when).append(" | ").append(help).append(" |\n");
  }
  text.pop_back();
  return text;
}

}  // namespace

std::map<std::string, std::function<std::string()>> blocks() {
  return {
      {"keys", [] { return keys(banyan::strangler::key_sections(), true); }},
      {"keys of a deployment",
       [] { return keys(banyan::supervision::deployment_key_sections(), false); }},
      {"metrics of calls and requests", [] { return metrics_table(banyan::telemetry::kMetrics); }},
      {"metrics of traces", [] { return metrics_table(banyan::tracing::kMetrics); }},
      {"metrics of serving", [] { return metrics_table(banyan::serving::kMetrics); }},
      {"metrics of an application", [] { return metrics_table(banyan::host::kMetrics); }},
      {"fields of the access log", access_fields}};
}

std::string with_blocks(const std::string& page) {
  const auto known = blocks();
  std::istringstream lines(page);
  std::string made;
  std::string inside;
  std::size_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    const std::string_view text = line;
    if (inside.empty() && text.starts_with(kBegin) && text.ends_with(kClose)) {
      inside = text.substr(kBegin.size(), text.size() - kBegin.size() - kClose.size());
      const auto block = known.find(inside);
      if (block == known.end()) {
        throw std::runtime_error("line " + std::to_string(number) + ": the code has no " + inside);
      }
      made.append(line).append("\n\n").append(block->second()).append("\n\n");
    } else if (!inside.empty() && line == std::string(kEnd) + inside + std::string(kClose)) {
      inside.clear();
    }
    if (inside.empty()) made.append(line).append("\n");
  }
  if (!inside.empty()) throw std::runtime_error("there is no end of " + inside);
  return made;
}

}  // namespace reference
