// SPDX-License-Identifier: Apache-2.0
// What the copies of reads have shown: banyan differences, banyan replay.
#include <algorithm>
#include <cstdio>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "admin_client.hpp"
#include "banyan/kernel/listed.hpp"
#include "banyan/kernel/whole_file.hpp"
#include "counted.hpp"
#include "exit_code.hpp"
#include "terminal.hpp"
#include "traffic_text.hpp"

namespace banyan::cli {
namespace {

Json part(const Json& object, const char* key) { return object.value(key, Json::object()); }
Json list(const Json& object, const char* key) { return object.value(key, Json::array()); }

std::string count(const Json& object, const char* key) {
  return std::to_string(number_of(object, key));
}

/// "unreachable 3, timeout 1", the most frequent first; "" when there is none.
std::string reasons(const Json& counts) {
  std::vector<std::pair<std::uint64_t, std::string>> all;
  for (const auto& [reason, times] : counts.items()) {
    if (times.is_number_unsigned()) all.emplace_back(times.get<std::uint64_t>(), reason);
  }
  std::ranges::stable_sort(all, std::ranges::greater(),
                           [](const auto& each) { return each.first; });
  std::string text;
  for (const auto& [times, reason] : all) {
    text += (text.empty() ? "" : ", ") + reason + ' ' + std::to_string(times);
  }
  return text;
}

/// "12 of 40": an opinion without its numbers is a rumour.
std::string share(const Json& counts) {
  return count(counts, "differing") + " of " + count(counts, "pairs");
}

/// "99.98 %"; never 100, which nothing is. "" while it was not looked at.
std::string confidence(const Json& field) {
  const double value = field.value("confidence", 0.0);
  if (value >= 1) return {};
  char text[16];
  std::snprintf(text, sizeof text, "%.2f %%", std::min(value * 100, 99.99));
  return text;
}

Tone tone_of(const std::string& opinion) {
  if (opinion == "difference") return Tone::Bad;
  return opinion == "suspect" ? Tone::Warning : Tone::Faint;
}

void show_copies(const std::string& module, const Json& copies) {
  print_line(paint(module, Tone::Strong) + ": " +
             counted(number_of(copies, "sent"), "copy", "copies") + " sent, " +
             count(copies, "sent_again") + " to the old side a second time, " +
             counted(number_of(copies, "compared"), "pair") + " compared");
  if (const std::string failed = reasons(part(copies, "failed")); !failed.empty()) {
    print_line("  failed: " + failed);
  }
  const Json dropped = part(copies, "dropped");
  if (const std::string text = reasons(dropped); !text.empty()) print_line("  not copied: " + text);
  if (const Json held = part(copies, "held_back"); number_of(held, "requests") != 0) {
    std::vector<std::string> fields;
    for (const Json& each : list(held, "fields")) {
      if (each.is_string()) fields.push_back(each.get<std::string>());
    }
    const std::uint64_t requests = number_of(held, "requests");
    print_line(paint("  " + counted(requests, "request") + (requests == 1 ? " says" : " say") +
                         " who asks, in " + listed(fields) +
                         ", and no copy is made of such: with credentials = \"pass\" in "
                         "[rollouts." +
                         module +
                         ".shadow] copies say it too, to the other side; with \"drop\" they are "
                         "anonymous",
                     Tone::Faint));
  }
  // Advice is about now, and not about what was once.
  const Json all = list(copies, "dropped_lately");
  const auto lately = [&](const char* reason) {
    return std::any_of(all.begin(), all.end(), [&](const Json& each) { return each == reason; });
  };
  if (lately("upstream_paused")) {
    print_line(paint(
        "  nobody has taken connections at a side: copies pause for up to 5 s then, and go on "
        "by themselves once it takes some; see that it runs, at the address of its upstream",
        Tone::Faint));
  }
  if (lately("busy")) {
    print_line(
        paint("  this process was behind with its work, and copies go first then: give it more "
              "cores, or copy a smaller share in [rollouts." +
                  module + ".shadow]",
              Tone::Faint));
  }
  if (lately("refused")) {
    print_line(
        paint("  a side answers 401 or 403 to copies that ask in their own name: renew the "
              "file of set or set_old in [rollouts." +
                  module + ".shadow]",
              Tone::Warning));
  }
}

void show_operations(const Json& operations) {
  if (operations.empty()) return;
  std::vector<std::vector<std::string>> rows = {
      {"  OPERATION", "PAIRS", "SAME", "NOISE", "DIFFERENT", "OLD WITH OLD"}};
  for (const Json& each : operations) {
    rows.push_back({"  " + text_of(each, "operation"), count(each, "pairs"), count(each, "same"),
                    count(each, "noise"), count(each, "differing"),
                    count(each, "own_differing") + " of " + count(each, "own_pairs")});
  }
  print_line("");
  print_table(rows);
}

/// "  (to replay: --target, --header cookie)"
std::string needed(const Json& example) {
  const Json needs = part(example, "needs");
  std::string text;
  const auto add = [&](const std::string& option) { text += (text.empty() ? "" : ", ") + option; };
  if (needs.contains("target")) add("--target");
  for (const Json& each : list(needs, "headers")) {
    if (each.is_string()) add("--header " + each.get<std::string>());
  }
  if (needs.contains("body")) add("--body");
  return "  (" + (text.empty() ? "masked" : "to replay: " + text) + ')';
}

void show_field(const std::string& module, const Json& field) {
  const std::string opinion = text_of(field, "opinion");
  std::string line =
      "  " + paint(text_of(field, "operation"), Tone::Plain) + ' ' +
      paint(text_of(field, "path").empty() ? "(the whole body)" : text_of(field, "path"),
            Tone::Strong) +
      "  " + paint(opinion, tone_of(opinion)) + ", " + share(part(field, "old_new")) + " pairs";
  const Json own = part(field, "old_old");
  if (number_of(own, "pairs") != 0) {
    line += "; old with old " + share(own);
    if (const std::string sure = confidence(field); !sure.empty()) line += ", confidence " + sure;
  }
  print_line(line);
  if (const std::string kinds = reasons(part(field, "kinds")); !kinds.empty()) {
    const std::string note = text_of(field, "note");
    print_line(paint("      " + kinds + (note.empty() ? "" : " (" + note + ")"), Tone::Plain));
  }
  for (const Json& each : list(field, "examples")) {
    const auto value = [&](const char* side) {
      const std::string text = text_of(part(each, side), "value");
      return text.empty() ? std::string("nothing") : text;
    };
    const std::string far = text_of(each, "distance");
    print_line(paint("      " + module + ':' + count(each, "number") + "  " +
                         text_of(each, "request") + "  old " + value("old") + ", new " +
                         value("new") + (far.empty() ? "" : " (" + far + ")"),
                     Tone::Plain) +
               (each.value("replayable", false) ? "" : paint(needed(each), Tone::Faint)));
  }
}

void show_module(const Json& entry) {
  const std::string module = text_of(entry, "module");
  const Json report = part(entry, "report");
  show_copies(module, part(entry, "copies"));
  show_operations(list(report, "operations"));
  Json fields = list(report, "fields");
  if (fields.empty()) return;
  print_line("");
  // What matters first; noise is there for who asks why something is not counted.
  for (const char* const opinion : {"difference", "suspect", "noise"}) {
    for (const Json& each : fields) {
      if (text_of(each, "opinion") == opinion) show_field(module, each);
    }
  }
  const Json folded = part(report, "folded");
  if (const std::string text = reasons(folded); number_of(folded, "fields") != 0) {
    print_line(paint("  for which there was no room: " + text, Tone::Faint));
  }
}

int show(const Json& document) {
  const Json modules = list(document, "modules");
  if (modules.empty()) {
    print_line(
        "nothing here has two sides; give a route a successor and a rollout, or ask another "
        "process with --url http://HOST:PORT");
    return kDone;
  }
  bool first = true;
  for (const Json& each : modules) {
    if (!std::exchange(first, false)) print_line("");
    show_module(each);
  }
  return kDone;
}

Json differences_of(const Json& replayed) {
  return list(part(replayed, "comparison"), "differences");
}

/// The old side answers in another way than when the example was kept: the two may well agree, but
/// on another question.
bool is_another_question(const Json& replayed) { return replayed.contains("old_then"); }

int code_of_replay(const Json& document) {
  return differences_of(document).empty() && !is_another_question(document) ? kDone : kRefused;
}

void show_replay(const Json& document) {
  const Json comparison = part(document, "comparison");
  print_line(paint(text_of(document, "example") + ", " + text_of(document, "request") + ": old " +
                       count(part(document, "old"), "status") + ", new " +
                       count(part(document, "new"), "status"),
                   Tone::Plain));
  if (is_another_question(document)) {
    print_line(paint("the old side answered " + count(part(document, "old_then"), "status") +
                         " then and " + count(part(document, "old"), "status") + " now",
                     Tone::Bad) +
               ": this is not what was asked then, or the old side has changed. A session may be "
               "over, or a field be lacking that decides (--header 'Host: …'; may_add in `banyan "
               "differences --json` names them)");
  }
  const Json differences = differences_of(document);
  if (differences.empty()) {
    print_line(paint("the same", Tone::Good) +
               (comparison.value("same_bytes", false) ? ", byte for byte" : ", by their types"));
    return;
  }
  std::vector<std::vector<std::string>> rows = {{"FIELD", "KIND", "OLD", "NEW", "WHY"}};
  for (const Json& each : differences) {
    const std::string far = text_of(each, "distance"), note = text_of(each, "note");
    rows.push_back({text_of(each, "path"), text_of(each, "kind"), text_of(each, "old"),
                    text_of(each, "new"), far + (far.empty() || note.empty() ? "" : "; ") + note});
  }
  print_table(rows);
}

Result<std::string> said_in(const std::string& file) {
  if (file == "-") return standard_input();
  auto content = whole_file(file);
  if (!content) {
    return fail(ErrorCode::InvalidArgument, "banyan.bad_replay_words",
                "there is no file " + file +
                    " that could be read; --header @FILE has a line "
                    "NAME: VALUE for each field, --target @FILE the target, --body FILE the body");
  }
  return std::move(*content);
}

/// Never says what was said: it may be a secret that stands in the wrong place.
std::optional<Error> put_header(Json& headers, std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) {
    return Error{ErrorCode::InvalidArgument,
                 "banyan.bad_replay_words",
                 "a field of --header is written \"NAME: VALUE\", such as \"Cookie: session=…\"",
                 {}};
  }
  std::string_view value = line.substr(colon + 1);
  while (value.starts_with(' ') || value.starts_with('\t')) value.remove_prefix(1);
  const std::string name(line.substr(0, colon));
  if (headers.contains(name)) {
    return Error{ErrorCode::InvalidArgument,
                 "banyan.bad_replay_words",
                 "--header says " + name + " twice; join both into one",
                 {}};
  }
  headers[name] = std::string(value);
  return std::nullopt;
}

/// What is no UTF-8 a document cannot have: something else would be asked in its place.
bool can_be_said(const Json& asked) {
  try {
    [[maybe_unused]] const std::string text = asked.dump();
    return true;
  } catch (const Json::type_error&) {
    return false;
  }
}

/// "/albums/…", or a file that has it, which is not in the shell's history.
Result<std::string> target_of(const std::string& said) {
  if (!said.starts_with('@')) return said;
  auto content = said_in(said.substr(1));
  if (!content) return content;
  return content->substr(0, content->find_first_of("\r\n"));
}

/// It has one end.
bool reads_standard_input_twice(const ReplayOptions& options) {
  int times = (options.target == "@-" ? 1 : 0) + (options.body_file == "-" ? 1 : 0);
  for (const std::string& each : options.headers) times += each == "@-" ? 1 : 0;
  return times > 1;
}

/// What the process is asked for.
Result<Json> order_of(const ReplayOptions& options) {
  if (reads_standard_input_twice(options)) {
    return fail(ErrorCode::InvalidArgument, "banyan.bad_replay_words",
                "standard input is named twice, and can be read once; put one of the two into a "
                "file");
  }
  Json asked = {{"example", options.example}};
  if (!options.who.empty()) asked["who"] = options.who;
  if (!options.why.empty()) asked["why"] = options.why;
  if (!options.target.empty()) {
    auto target = target_of(options.target);
    if (!target) return fail(std::move(target.error()));
    asked["target"] = std::move(*target);
  }
  Json headers = Json::object();
  for (const std::string& each : options.headers) {
    std::string lines = each;
    if (each.starts_with('@')) {
      auto content = said_in(each.substr(1));
      if (!content) return fail(std::move(content.error()));
      lines = std::move(*content);
    }
    std::istringstream stream(lines);
    for (std::string line; std::getline(stream, line);) {
      if (line.empty() || line == "\r") continue;
      if (auto fault = put_header(headers, line)) return fail(std::move(*fault));
    }
  }
  if (!headers.empty()) asked["headers"] = std::move(headers);
  if (!options.body_file.empty()) {
    auto body = said_in(options.body_file);
    if (!body) return fail(std::move(body.error()));
    asked["body"] = std::move(*body);
  }
  if (!can_be_said(asked)) {
    return fail(ErrorCode::InvalidArgument, "banyan.bad_replay_words",
                "what is said is no UTF-8, and cannot be asked again; write a target as it was "
                "sent, %E9 for one such byte");
  }
  return asked;
}

/// It is in the memory of whoever serves.
bool asks_a_store(const ControlTarget& target) {
  if (target.store.empty()) return false;
  print_error({ErrorCode::InvalidArgument,
               "banyan.needs_a_process",
               "what was compared is known to the running process only, not to its control store: "
               "leave out --store, and name the process with --url http://HOST:PORT",
               {}},
              target.json);
  return true;
}

}  // namespace

int differences(const ControlTarget& target, const std::string& module) {
  if (asks_a_store(target)) return kUsage;
  return ask(target, "/differences", module.empty() ? "" : "module=" + module, show);
}

int replay(const ControlTarget& target, const ReplayOptions& options) {
  if (asks_a_store(target)) return kUsage;
  const auto asked = order_of(options);
  if (!asked) {
    print_error(asked.error(), target.json);
    return kUsage;
  }
  return order(target, "/differences/replay", *asked, show_replay, code_of_replay);
}

}  // namespace banyan::cli
