// SPDX-License-Identifier: Apache-2.0
#include "body_reader.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "banyan/json/depth.hpp"
#include "banyan/stages/suggestion.hpp"

namespace banyan::strangler {
namespace {

using Json = nlohmann::json;
constexpr std::size_t kLongestBody = 128 * 1024;

std::unexpected<Error> not_json(const std::string& problem) {
  return fail(ErrorCode::InvalidArgument, "banyan.invalid_json",
              "the body is not JSON: " + problem);
}

std::string pointer_of(const std::string& key) {
  std::string pointer = "/";
  for (const char c : key) {
    if (c == '~')
      pointer += "~0";
    else if (c == '/')
      pointer += "~1";
    else
      pointer += c;
  }
  return pointer;
}

}  // namespace

// nlohmann keeps the last of two equal keys; asking for two percentages is asking for neither.
Result<Json> parse_body(std::string_view body) {
  if (body.empty()) {
    return not_json(R"(it is empty; send an object such as {"who": "ann", "why": "first canary"})");
  }
  if (body.size() > kLongestBody) return not_json("it is longer than 131072 bytes");
  // Whoever writes its evidence down recurses into it.
  if (json::is_nested_deeper(body, kMostLevels)) {
    return not_json("it is nested deeper than 64 levels");
  }
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

BodyReader::BodyReader(const Json& json, std::vector<std::string> fields) : json_(json) {
  const auto common = std::ranges::find(fields, "force");
  fields.insert(common, {"who", "why", "evidence"});
  for (const auto& [key, value] : json_.items()) {
    if (std::ranges::find(fields, key) == fields.end()) {
      complain(key, "unknown field." + suggestion(key, fields));
    }
  }
}

std::string BodyReader::text(const std::string& key, bool required) {
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

std::optional<Percent> BodyReader::percent_in(const Json& value, const std::string& pointer) {
  Result<Percent> percent = fail(Error{});
  if (value.is_string()) {
    percent = Percent::parse(value.get<std::string>());
  } else if (value.is_number()) {
    percent = Percent::parse(value.dump());
  } else {
    complain_at(pointer, std::string("is ") + value.type_name() +
                             R"(, expected a percentage such as "25%" or 25)");
    return std::nullopt;
  }
  if (percent) return *percent;
  complain_at(pointer, percent.error().message);
  return std::nullopt;
}

std::optional<Percent> BodyReader::percent(const std::string& key) {
  const auto found = json_.find(key);
  return found == json_.end() ? std::nullopt : percent_in(*found, pointer_of(key));
}

std::optional<Side> BodyReader::side(const std::string& key) {
  const auto found = json_.find(key);
  if (found == json_.end()) return std::nullopt;
  const auto side = found->is_string() ? side_from(found->get<std::string>()) : std::nullopt;
  if (!side) {
    complain(key, "is " + found->dump() +
                      R"(, expected "remote" (the new side) or "local" (the old one))");
  }
  return side;
}

std::optional<std::uint64_t> BodyReader::number_in(const Json& value, const std::string& pointer) {
  if (value.is_number_unsigned()) return value.get<std::uint64_t>();
  complain_at(pointer, "is " + value.dump() + ", expected a number from 0 on");
  return std::nullopt;
}

std::optional<std::uint64_t> BodyReader::number(const std::string& key) {
  const auto found = json_.find(key);
  return found == json_.end() ? std::nullopt : number_in(*found, pointer_of(key));
}

bool BodyReader::flag(const std::string& key) {
  const auto found = json_.find(key);
  if (found == json_.end()) return false;
  if (!found->is_boolean()) complain(key, "is " + found->dump() + ", expected true or false");
  return *found == true;
}

// Evidence may be any JSON; the log keeps its text.
Reason BodyReader::reason() {
  Reason reason{text("who", true), text("why", true)};
  const auto evidence = json_.find("evidence");
  if (evidence != json_.end()) {
    reason.evidence = evidence->is_string() ? evidence->get<std::string>() : evidence->dump();
  }
  return reason;
}

void BodyReader::complain(const std::string& key, std::string problem) {
  complain_at(pointer_of(key), std::move(problem));
}

void BodyReader::complain_at(std::string pointer, std::string problem) {
  details_.push_back({std::move(pointer), std::move(problem)});
}

Result<void> BodyReader::end() && {
  if (details_.empty()) return {};
  std::string message = "the body cannot be carried out:";
  for (const Detail& detail : details_) message += ' ' + detail.where + ' ' + detail.problem + ';';
  // A problem may end with a sentence of its own.
  message.pop_back();
  if (!message.ends_with('.') && !message.ends_with('?')) message += '.';
  return fail(ErrorCode::InvalidArgument, "banyan.invalid_request", std::move(message),
              std::move(details_));
}

}  // namespace banyan::strangler
