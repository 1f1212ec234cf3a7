// SPDX-License-Identifier: Apache-2.0
#include "banyan/events/cloud_event.hpp"

#include <charconv>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>

#include "banyan/binding/percent.hpp"
#include "banyan/events/event_types.hpp"
#include "banyan/json/depth.hpp"

namespace banyan::events {
namespace {

std::string source_of(const Envelope& event, std::string_view application) {
  return '/' + std::string(application) + '/' + event.source;
}

// The binding of HTTP escapes what is not visible ASCII, and quotes and percent signs; ids, names
// and times have none.
std::string field_value(std::string_view text) {
  std::string escaped;
  for (const char character : text) {
    const auto byte = static_cast<unsigned char>(character);
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    if (byte > 0x20 && byte < 0x7f && character != '"' && character != '%') {
      escaped += character;
    } else {
      escaped += {'%', kDigits[byte >> 4U], kDigits[byte & 0xfU]};
    }
  }
  return escaped;
}

using Find = std::function<std::optional<std::string>(std::string_view attribute)>;

std::unexpected<Error> no_event(const std::string& problem) {
  return fail(ErrorCode::InvalidArgument, "banyan.no_cloud_event",
              "the request is no event that is taken here: " + problem);
}

Result<Envelope> from_attributes(const Find& find) {
  if (find("specversion") != "1.0") return no_event("specversion is not 1.0");
  Envelope event;
  std::string ordinal;
  std::string time;
  for (const auto& [name, target] :
       std::initializer_list<std::pair<std::string_view, std::string*>>{{"id", &event.id},
                                                                        {"type", &event.type},
                                                                        {"subject", &event.key},
                                                                        {"ordinal", &ordinal},
                                                                        {"time", &time}}) {
    auto found = find(name);
    if (!found || found->empty())
      return no_event("the attribute " + std::string(name) + " is missing");
    *target = std::move(*found);
  }
  const auto type = parse_type_name(event.type);
  if (!type) return no_event("the type '" + event.type + "' is not MODULE.EVENT.vN");
  event.source = type->module;
  const auto [end, error] =
      std::from_chars(ordinal.data(), ordinal.data() + ordinal.size(), event.ordinal);
  if (error != std::errc() || end != ordinal.data() + ordinal.size() || event.ordinal < 1) {
    return no_event("ordinal is '" + ordinal + "', expected a number from 1 on");
  }
  const auto when = timestamp_from(time);
  if (!when) return no_event("time is '" + time + "', expected a time in UTC");
  event.time = *when;
  event.traceparent = find("traceparent").value_or("");
  event.skip = find("skip") == "true";
  event.recipient = find("recipient").value_or("");
  event.slot = slot_of(event.key);
  return event;
}

Result<Envelope> from_structured(const std::string& text) {
  constexpr std::size_t kMostLevels = 64;
  if (json::is_nested_deeper(text, kMostLevels)) {
    return no_event("it is nested deeper than " + std::to_string(kMostLevels) + " levels");
  }
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) return no_event("the body is no JSON object");
  auto event = from_attributes([&](std::string_view name) -> std::optional<std::string> {
    const auto found = json.find(name);
    if (found == json.end() || !found->is_string()) return std::nullopt;
    return found->get<std::string>();
  });
  if (!event) return event;
  const auto data = json.find("data");
  if (data == json.end()) return no_event("it has no data");
  event->data = data->dump();
  return event;
}

}  // namespace

http::Request to_request(const Envelope& event, std::string_view application,
                         std::string_view path) {
  http::Request request;
  request.head.method = "POST";
  request.head.target = path;
  http::Fields& fields = request.head.fields;
  fields.add("Content-Type", "application/json");
  fields.add("ce-specversion", "1.0");
  fields.add("ce-id", field_value(event.id));
  fields.add("ce-source", field_value(source_of(event, application)));
  fields.add("ce-type", field_value(event.type));
  fields.add("ce-subject", field_value(event.key));
  fields.add("ce-partitionkey", field_value(event.key));
  fields.add("ce-time", to_string(event.time));
  fields.add("ce-ordinal", std::to_string(event.ordinal));
  if (!event.traceparent.empty()) fields.add("ce-traceparent", field_value(event.traceparent));
  if (event.skip) fields.add("ce-skip", "true");
  if (!event.recipient.empty()) fields.add("ce-recipient", field_value(event.recipient));
  request.body = event.data;
  return request;
}

std::string to_structured(const Envelope& event, std::string_view application) {
  nlohmann::ordered_json json = {{"specversion", "1.0"},
                                 {"id", event.id},
                                 {"source", source_of(event, application)},
                                 {"type", event.type},
                                 {"subject", event.key},
                                 {"partitionkey", event.key},
                                 {"time", to_string(event.time)},
                                 {"ordinal", std::to_string(event.ordinal)},
                                 {"datacontenttype", "application/json"}};
  if (!event.traceparent.empty()) json["traceparent"] = event.traceparent;
  if (event.skip) json["skip"] = "true";
  if (!event.recipient.empty()) json["recipient"] = event.recipient;
  json["data"] = nlohmann::ordered_json::parse(event.data);
  return json.dump();
}

http::Request to_structured_request(const Envelope& event, std::string_view application,
                                    std::string_view path) {
  http::Request request;
  request.head.method = "POST";
  request.head.target = path;
  request.head.fields.add("Content-Type", "application/cloudevents+json");
  request.body = to_structured(event, application);
  return request;
}

bool is_structured(const http::Request& request) {
  return request.head.fields.find("Content-Type")
      .value_or(std::string_view())
      .starts_with("application/cloudevents+json");
}

Result<Envelope> from_request(const http::Request& request) {
  if (is_structured(request)) return from_structured(request.body);
  auto read = from_attributes([&](std::string_view name) -> std::optional<std::string> {
    const auto found = request.head.fields.find("ce-" + std::string(name));
    if (!found) return std::nullopt;
    return binding::percent_decode(*found);
  });
  if (read) read->data = request.body;
  return read;
}

}  // namespace banyan::events
