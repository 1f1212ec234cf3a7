// SPDX-License-Identifier: Apache-2.0
#include "change_order.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "banyan/stages/suggestion.hpp"

namespace banyan::strangler {
namespace {

using Json = nlohmann::json;
constexpr std::size_t kLongestBody = 128 * 1024;

std::unexpected<Error> not_json(const std::string& problem) {
  return fail(ErrorCode::InvalidArgument, "banyan.invalid_json",
              "the body is not JSON: " + problem);
}

// nlohmann keeps the last of two equal keys; asking for two percentages is asking for neither.
Result<Json> parse(std::string_view body) {
  if (body.empty()) {
    return not_json(R"(it is empty; send an object such as {"who": "ann", "why": "first canary"})");
  }
  if (body.size() > kLongestBody) return not_json("it is longer than 131072 bytes");
  std::set<std::string> keys;
  std::string twice;
  try {
    Json json = Json::parse(body, [&](int depth, Json::parse_event_t event, Json& parsed) {
      if (event == Json::parse_event_t::key && depth == 1) {
        const auto key = parsed.get<std::string>();
        if (!keys.insert(key).second) twice = key;
      }
      return true;
    });
    if (!json.is_object()) return not_json("expected an object");
    if (!twice.empty()) return not_json("the key \"" + twice + "\" is there twice");
    return json;
  } catch (const Json::exception& exception) {
    return not_json(exception.what());
  }
}

class BodyReader {
 public:
  BodyReader(const Json& json, ChangeKind kind) : json_(json) {
    if (kind == ChangeKind::Shift) fields_.insert(fields_.begin(), {"percent", "writes"});
    if (kind != ChangeKind::Back) fields_.emplace_back("force");
    for (const auto& [key, value] : json_.items()) {
      if (std::ranges::find(fields_, key) == fields_.end()) {
        complain(key, "unknown field." + suggestion(key, fields_));
      }
    }
  }

  std::string text(const std::string& key, bool required) {
    const auto found = json_.find(key);
    if (found == json_.end()) {
      if (required) complain(key, "is missing; it goes into the switch log");
      return {};
    }
    if (!found->is_string()) {
      complain(key, std::string("is ") + found->type_name() + ", expected a string");
      return {};
    }
    return found->get<std::string>();
  }

  std::optional<Percent> percent() {
    const auto found = json_.find("percent");
    if (found == json_.end()) return std::nullopt;
    Result<Percent> percent = fail(Error{});
    if (found->is_string()) {
      percent = Percent::parse(found->get<std::string>());
    } else if (found->is_number()) {
      percent = Percent::parse(found->dump());
    } else {
      complain("percent", std::string("is ") + found->type_name() +
                              R"(, expected a percentage such as "25%" or 25)");
      return std::nullopt;
    }
    if (percent) return *percent;
    complain("percent", percent.error().message);
    return std::nullopt;
  }

  std::optional<Side> writes() {
    const auto found = json_.find("writes");
    if (found == json_.end()) return std::nullopt;
    const auto side = found->is_string() ? side_from(found->get<std::string>()) : std::nullopt;
    if (!side) complain("writes", "is " + found->dump() + R"(, expected "remote" or "local")");
    return side;
  }

  bool force() {
    const auto found = json_.find("force");
    if (found == json_.end()) return false;
    if (!found->is_boolean()) complain("force", "is " + found->dump() + ", expected true or false");
    return *found == true;
  }

  void complain(const std::string& key, std::string problem) {
    std::string pointer = "/";
    for (const char c : key) {
      if (c == '~')
        pointer += "~0";
      else if (c == '/')
        pointer += "~1";
      else
        pointer += c;
    }
    details_.push_back({std::move(pointer), std::move(problem)});
  }

  std::vector<Detail> details() && { return std::move(details_); }

 private:
  const Json& json_;
  std::vector<std::string> fields_{"who", "why", "evidence"};
  std::vector<Detail> details_;
};

// Evidence may be any JSON; the log keeps its text.
std::string evidence_of(const Json& json) {
  const auto found = json.find("evidence");
  if (found == json.end()) return {};
  return found->is_string() ? found->get<std::string>() : found->dump();
}

}  // namespace

Result<ChangeOrder> read_change_order(std::string_view body, ChangeKind kind) {
  const Result<Json> json = parse(body);
  if (!json) return fail(json.error());
  BodyReader reader(*json, kind);
  ChangeOrder change;
  if (kind == ChangeKind::Shift) {
    change.order = {.reads = reader.percent(), .writes = reader.writes()};
    if (!json->contains("percent") && !json->contains("writes")) {
      reader.complain("percent", "is missing; a shift says where to: percent, writes or both");
    }
  }
  if (kind != ChangeKind::Back) change.order.force = reader.force();
  change.reason = {reader.text("who", true), reader.text("why", true), evidence_of(*json)};
  std::vector<Detail> details = std::move(reader).details();
  if (details.empty()) return change;
  std::string message = "the body cannot be carried out:";
  for (const Detail& detail : details) message += ' ' + detail.where + ' ' + detail.problem + ';';
  message.back() = '.';
  return fail(ErrorCode::InvalidArgument, "banyan.invalid_request", std::move(message),
              std::move(details));
}

}  // namespace banyan::strangler
