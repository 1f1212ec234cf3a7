// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/http/endpoint.hpp"
#include "banyan/succession/introduction.hpp"

/// What two processes say to each other, one JSON object a message; whoever reads ignores what it
/// does not know:
///
///     successor                        running
///     hello     who, facts         →
///                                  ←   welcome   who, facts     or   refused   why
///     claim                        →                            or   refused   why
///                                  ←   files     what each of the files beside it is (several)
///     ready                        →
///                                  ←   yours                    or   withdrawn   why
///     (ends the conversation)
///
/// Before the files the running one may say `ending` instead: it is being stopped. Instead of
/// claim and ready the successor may say `refused`, and why.
namespace banyan::succession {

inline constexpr int kProtocol = 1;

/// The end of the file's name, beside the instance locks.
inline constexpr std::string_view kRendezvousSuffix = "takeover";

inline nlohmann::json message(std::string_view kind) { return {{"message", kind}}; }

inline std::string refused(std::string_view kind, const std::string& why) {
  nlohmann::json text = message(kind);
  text["why"] = why;
  return text.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

inline std::string introduction(std::string_view kind, const Introduction& who) {
  nlohmann::json text = message(kind);
  text["protocol"] = kProtocol;
  text["program"] = who.program;
  text["version"] = who.version;
  text["process"] = who.process;
  text["facts"] = who.facts;
  auto& listen = text["listen"] = nlohmann::json::array();
  for (const http::Endpoint& each : who.listen) listen.push_back(to_string(each));
  return text.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// An object, or one without anything in it.
inline nlohmann::json parsed(const std::string& text) {
  nlohmann::json read = nlohmann::json::parse(text, nullptr, false);
  return read.is_object() ? read : nlohmann::json::object();
}

inline bool is(const nlohmann::json& text, std::string_view kind) {
  const auto found = text.find("message");
  return found != text.end() && found->is_string() && found->get<std::string>() == kind;
}

inline std::string text_of(const nlohmann::json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

inline int number_of(const nlohmann::json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number_integer() ? found->get<int>() : 0;
}

inline Introduction introduction_of(const nlohmann::json& text) {
  Introduction who{
      text_of(text, "program"), text_of(text, "version"), {}, {}, number_of(text, "process")};
  if (const auto facts = text.find("facts"); facts != text.end() && facts->is_object()) {
    for (const auto& [name, value] : facts->items()) {
      if (value.is_string()) who.facts[name] = value.get<std::string>();
    }
  }
  if (const auto listen = text.find("listen"); listen != text.end() && listen->is_array()) {
    for (const auto& each : *listen) {
      if (!each.is_string()) continue;
      if (const auto endpoint = http::endpoint_from(each.get<std::string>())) {
        who.listen.push_back(*endpoint);
      }
    }
  }
  return who;
}

}  // namespace banyan::succession
