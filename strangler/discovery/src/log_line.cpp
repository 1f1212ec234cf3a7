// SPDX-License-Identifier: Apache-2.0
#include "banyan/discovery/log_line.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <vector>

namespace banyan::discovery {
namespace {

using Json = nlohmann::json;
using std::string_view_literals::operator""sv;

std::unexpected<Unread> bad(std::string_view why) {
  return std::unexpected(Unread{Unread::Kind::Bad, why});
}

template <class Number>
std::optional<Number> number_from(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return number;
}

std::optional<unsigned> status_from(std::string_view text) {
  const auto status = number_from<unsigned>(text);
  return status && *status >= 100 && *status <= 599 ? status : std::nullopt;
}

std::optional<std::chrono::minutes> offset_from(std::string_view text) {
  std::string digits(text);
  std::erase(digits, ':');
  if (digits.size() != 5 || (digits[0] != '+' && digits[0] != '-')) return std::nullopt;
  const auto hours = number_from<int>(std::string_view(digits).substr(1, 2));
  const auto minutes = number_from<int>(std::string_view(digits).substr(3, 2));
  if (!hours || !minutes) return std::nullopt;
  const std::chrono::minutes all{*hours * 60 + *minutes};
  return digits[0] == '-' ? -all : all;
}

/// RFC 3339, in UTC or with an offset.
std::optional<Timestamp> time_from_rfc3339(std::string_view text) {
  if (text.ends_with('Z') || text.size() < 7) return timestamp_from(text);
  const std::size_t sign = text.find_last_of("+-");
  if (sign == std::string_view::npos || sign < 11) return std::nullopt;
  const auto offset = offset_from(text.substr(sign));
  const auto local = timestamp_from(std::string(text.substr(0, sign)) + 'Z');
  if (!offset || !local) return std::nullopt;
  return Timestamp{local->micros - std::chrono::microseconds(*offset).count()};
}

/// "22/Nov/2026:08:30:00 +0100".
std::optional<Timestamp> time_from_combined(std::string_view text) {
  constexpr std::array kMonths = {"Jan"sv, "Feb"sv, "Mar"sv, "Apr"sv, "May"sv, "Jun"sv,
                                  "Jul"sv, "Aug"sv, "Sep"sv, "Oct"sv, "Nov"sv, "Dec"sv};
  if (text.size() != 26 || text[2] != '/' || text[6] != '/' || text[11] != ':') return std::nullopt;
  const auto at = [&](std::size_t from, std::size_t size) {
    return number_from<int>(text.substr(from, size)).value_or(-1);
  };
  const auto month = std::ranges::find(kMonths, text.substr(3, 3));
  const auto offset = offset_from(text.substr(21));
  if (month == kMonths.end() || !offset) return std::nullopt;
  const std::chrono::year_month_day day{
      std::chrono::year{at(7, 4)},
      std::chrono::month{static_cast<unsigned>(month - kMonths.begin()) + 1},
      std::chrono::day{static_cast<unsigned>(std::max(0, at(0, 2)))}};
  const int hour = at(12, 2);
  const int minute = at(15, 2);
  const int second = at(18, 2);
  if (!day.ok() || hour < 0 || minute < 0 || second < 0) return std::nullopt;
  const auto time = std::chrono::sys_days{day} + std::chrono::hours{hour} +
                    std::chrono::minutes{minute} + std::chrono::seconds{second} - *offset;
  return Timestamp{std::chrono::microseconds(time.time_since_epoch()).count()};
}

/// The first address of a list, or the whole.
std::string first_of_list(std::string_view text) {
  text = text.substr(0, text.find(','));
  while (text.starts_with(' ')) text.remove_prefix(1);
  return std::string(text);
}

const Json* find_any(const Json& object, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const auto found = object.find(name);
    if (found != object.end() && !found->is_null()) return &*found;
  }
  return nullptr;
}

std::string text_any(const Json& object, std::initializer_list<const char*> names) {
  const Json* const found = find_any(object, names);
  return found != nullptr && found->is_string() ? found->get<std::string>() : std::string();
}

std::expected<LogLine, Unread> read_json(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return bad("begins like JSON and is none");
  if (const auto shadow = json.find("shadow"); shadow != json.end() && *shadow == true) {
    return std::unexpected(Unread{Unread::Kind::Copy, "of a copy"});
  }
  LogLine line;
  line.method = text_any(json, {"method", "request_method"});
  line.target = text_any(json, {"target", "request_uri", "uri", "path"});
  if (line.method.empty() || line.target.empty()) {
    if (json.contains("rule")) {
      return std::unexpected(Unread{Unread::Kind::Untaken, "no request was read"});
    }
    return bad("JSON without method and target");
  }
  if (const Json* const status = find_any(json, {"status"})) {
    std::optional<unsigned> read;
    if (status->is_number_unsigned()) read = status_from(std::to_string(status->get<unsigned>()));
    if (status->is_string()) read = status_from(status->get_ref<const std::string&>());
    if (!read) return bad("its status is no number from 100 to 599");
    line.status = *read;
  } else {
    return bad("JSON without a status");
  }
  line.time =
      time_from_rfc3339(text_any(json, {"time", "time_iso8601", "@timestamp", "timestamp"}));
  line.client = first_of_list(text_any(json, {"forwarded_for", "http_x_forwarded_for"}));
  if (line.client.empty() || line.client == "-") {
    line.client = text_any(json, {"peer", "remote_addr", "client_ip"});
  }
  line.agent = text_any(json, {"user_agent", "http_user_agent"});
  line.route = text_any(json, {"route"});
  line.side = text_any(json, {"side"});
  return line;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// What stands in quotes at the beginning, with its escapes taken back; moves behind it.
std::optional<std::string> take_quoted(std::string_view& rest) {
  if (!rest.starts_with('"')) return std::nullopt;
  std::string text;
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] == '"') {
      rest.remove_prefix(i + 1);
      return text;
    }
    if (rest[i] != '\\' || i + 1 == rest.size()) {
      text += rest[i];
    } else if (rest[i + 1] == 'x' && i + 3 < rest.size() && hex_digit(rest[i + 2]) >= 0 &&
               hex_digit(rest[i + 3]) >= 0) {
      text += static_cast<char>(hex_digit(rest[i + 2]) * 16 + hex_digit(rest[i + 3]));
      i += 3;
    } else {
      text += rest[++i];
    }
  }
  return std::nullopt;
}

std::string_view take_word(std::string_view& rest) {
  while (rest.starts_with(' ')) rest.remove_prefix(1);
  const std::string_view word = rest.substr(0, rest.find(' '));
  rest.remove_prefix(word.size());
  return word;
}

/// host ident user, or vhost:port host ident user.
std::string client_of(std::string_view front) {
  std::vector<std::string_view> words;
  while (words.size() < 5) {
    const std::string_view word = take_word(front);
    if (word.empty()) break;
    words.push_back(word);
  }
  if (words.empty()) return {};
  const bool vhost = words.size() == 4 && words[2] == "-" && words[1] != "-";
  return std::string(vhost ? words[1] : words[0]);
}

std::expected<LogLine, Unread> read_combined(std::string_view text) {
  const std::size_t open = text.find('[');
  const std::size_t close = open == std::string_view::npos ? open : text.find("] \"", open);
  if (close == std::string_view::npos) {
    return bad("neither JSON nor the common or combined format: no [time] \"request\"");
  }
  LogLine line;
  line.client = client_of(text.substr(0, open));
  line.time = time_from_combined(text.substr(open + 1, close - open - 1));
  std::string_view rest = text.substr(close + 2);
  const auto request = take_quoted(rest);
  if (!request) return bad("its request does not end: a quote is missing");
  const auto status = status_from(take_word(rest));
  if (!status) return bad("no status from 100 to 599 behind the request");
  line.status = *status;
  take_word(rest);  // bytes
  while (rest.starts_with(' ')) rest.remove_prefix(1);
  if (take_quoted(rest)) {  // the referrer
    while (rest.starts_with(' ')) rest.remove_prefix(1);
    line.agent = take_quoted(rest).value_or("");
    if (line.agent == "-") line.agent.clear();
  }
  const std::size_t first = request->find(' ');
  const std::size_t last = request->rfind(' ');
  if (first == std::string::npos || last == first ||
      !std::string_view(*request).substr(last + 1).starts_with("HTTP/")) {
    return std::unexpected(Unread{Unread::Kind::Untaken, "no request was read"});
  }
  line.method = request->substr(0, first);
  line.target = request->substr(first + 1, last - first - 1);
  return line;
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::expected<LogLine, Unread> read_log_line(std::string_view line) {
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n' || line.back() == ' ')) {
    line.remove_suffix(1);
  }
  if (line.empty()) return bad("empty");
  return line.front() == '{' ? read_json(line) : read_combined(line);
}

std::string agent_class(std::string_view agent) {
  if (agent.empty() || agent == "-") return "none";
  for (const std::string_view bot : {"bot"sv, "Bot"sv, "spider"sv, "crawler"sv}) {
    if (agent.contains(bot)) return "a robot";
  }
  if (agent.starts_with("Mozilla/")) return "a browser";
  std::string name;
  for (const char c : agent.substr(0, 32)) {
    const bool plain = is_letter(c) || (is_digit(c) && !name.empty()) || c == '-' || c == '_';
    if (!plain) break;
    name += c;
  }
  const auto digits = std::ranges::count_if(name, is_digit);
  return name.empty() || digits > 3 ? "another program" : name;
}

std::string shape_of_line(std::string_view line) {
  constexpr std::size_t kLongest = 60;
  std::string shape;
  for (const char c : line.substr(0, kLongest)) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_letter(c) || byte >= 0x80) {
      shape += 'a';
    } else if (is_digit(c)) {
      shape += '9';
    } else {
      shape += byte < 0x20 || byte == 0x7F ? '?' : c;
    }
  }
  if (line.size() > kLongest) shape += "…";
  return shape;
}

}  // namespace banyan::discovery
