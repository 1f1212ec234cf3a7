// SPDX-License-Identifier: Apache-2.0
#include "note_texts.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <nlohmann/json.hpp>

#include "banyan/digest/sha256.hpp"
#include "log_check.hpp"

namespace banyan::strangler {
namespace {

using Json = nlohmann::ordered_json;

// A first table of a thousand routes need not be told by name.
constexpr std::size_t kMostNames = 100;

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json parsed(std::string_view text) { return Json::parse(text, nullptr, false); }

std::string text_at(const Json& json, const char* key) {
  if (!json.is_object()) return {};
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Json names_of(const std::vector<TablePart>& parts) {
  Json names = Json::array();
  for (const TablePart& each : parts) {
    if (names.size() == kMostNames) {
      names.push_back("and " + std::to_string(parts.size() - kMostNames) + " more");
      break;
    }
    names.push_back(each.name);
  }
  return names;
}

/// Those of `all` whose name `others` does not have.
std::vector<TablePart> only_in(const std::vector<TablePart>& all,
                               const std::vector<TablePart>& others) {
  std::vector<TablePart> only;
  std::ranges::copy_if(all, std::back_inserter(only), [&](const TablePart& each) {
    return !std::ranges::binary_search(others, each.name, {}, &TablePart::name);
  });
  return only;
}

std::vector<TablePart> changed_in(const std::vector<TablePart>& after,
                                  const std::vector<TablePart>& before) {
  std::vector<TablePart> changed;
  std::ranges::copy_if(after, std::back_inserter(changed), [&](const TablePart& each) {
    const auto found = std::ranges::lower_bound(before, each.name, {}, &TablePart::name);
    return found != before.end() && found->name == each.name && found->hash != each.hash;
  });
  return changed;
}

}  // namespace

std::string plan_text_of(const StoredPlan& plan) {
  if (plan.version == 0) return R"({"state":"none","version":0})";
  const Json document = parsed(plan.document);
  const std::string state = text_at(document, "state");
  Json text = {{"state", state.empty() ? "unknown" : state}};
  if (document.is_object()) {
    const auto step = document.find("step");
    const auto steps = document.find("steps");
    const auto arrived = document.find("arrived");
    if (step != document.end() && step->is_number_unsigned()) {
      text["step"] = step->get<std::uint64_t>() + 1;
    }
    if (steps != document.end() && steps->is_array()) text["of"] = steps->size();
    if (arrived != document.end() && arrived->is_boolean()) text["arrived"] = arrived->get<bool>();
  }
  text["version"] = plan.version;
  text["document"] = sha256_hex(plan.document);
  return dump(text);
}

std::optional<PlanMark> plan_mark_from(std::string_view text) {
  const Json json = parsed(text);
  if (!json.is_object()) return std::nullopt;
  const auto version = json.find("version");
  if (version == json.end() || !version->is_number_unsigned()) return std::nullopt;
  return PlanMark{version->get<std::uint64_t>(), text_at(json, "document")};
}

std::string hash_of_table(const std::vector<TablePart>& table) {
  std::string text = "banyan table 1\n";
  for (const TablePart& each : table) {
    text += std::to_string(each.name.size());
    text += ':';
    text += each.name;
    text += ' ';
    text += each.hash;
    text += '\n';
  }
  return sha256_hex(text);
}

TableTexts texts_of(const std::vector<TablePart>& before, const std::vector<TablePart>& after) {
  return {dump({{"table", hash_of_table(before)}}),
          dump({{"table", hash_of_table(after)},
                {"added", names_of(only_in(after, before))},
                {"removed", names_of(only_in(before, after))},
                {"changed", names_of(changed_in(after, before))}})};
}

std::string table_hash_in(std::string_view text) { return text_at(parsed(text), "table"); }

std::string with_noted(std::string traffic, std::string_view hash) {
  if (hash == kNoHash) return traffic;
  traffic.pop_back();  // the brace of an object that is not empty
  return traffic.append(R"(,"noted":")").append(hash).append(R"("})");
}

std::string noted_in(std::string_view traffic) { return text_at(parsed(traffic), "noted"); }

}  // namespace banyan::strangler
