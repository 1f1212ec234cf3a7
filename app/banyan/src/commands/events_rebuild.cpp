// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>

#include "admin_client.hpp"
#include "counted.hpp"
#include "exit_code.hpp"
#include "progress.hpp"
#include "terminal.hpp"
#include "traffic_text.hpp"

namespace banyan::cli {
namespace {

using Json = nlohmann::ordered_json;
using namespace std::chrono_literals;

constexpr auto kLook = 200ms;

Result<Json> json_of(const Result<std::string>& answer) {
  if (!answer) return fail(answer.error());
  Json json = Json::parse(*answer, nullptr, false);
  if (json.is_object()) return json;
  return fail(
      ErrorCode::Unavailable, "banyan.unreachable",
      "what answers does not answer as Banyan does. Name the process that hosts the module: "
      "--url http://HOST:PORT");
}

/// The module's read model, in what the process says of all of them.
Json model_of(const Json& document, const std::string& module) {
  for (const Json& each : document.value("models", Json::array())) {
    if (text_of(each, "module") == module) return each.value("model", Json::object());
  }
  return Json::object();
}

Error no_such_model(const std::string& module) {
  return {ErrorCode::NotFound,
          "banyan.no_read_model",
          "the module '" + module +
              "' keeps no copy of what others own, or does not run in that process; ask the one "
              "that hosts it with --url",
          {}};
}

Error replaced() {
  return {
      ErrorCode::Conflict,
      "banyan.rebuild_replaced",
      "somebody has asked for another rebuild since, which took this one's place. It reads all "
      "that this one would have read: wait for it (GET /_banyan/api/read-models says how far it "
      "is), for asking again takes its place in turn",
      {}};
}

Error forgotten(std::uint64_t rebuild) {
  return {ErrorCode::Conflict,
          "banyan.rebuild_replaced",
          "whoever answers now knows nothing of rebuild " + std::to_string(rebuild) +
              ": is it another process, or another database? Look at that, and ask again",
          {}};
}

int given_up(const Error& error, bool json) {
  print_error(error, json);
  return error.code == ErrorCode::Unavailable ? kUnavailable : kRefused;
}

int finish(const EventsOptions& options, const Json& model) {
  if (options.json) {
    print_line(Json{{"module", options.module}, {"model", model}}.dump(2));
    return kDone;
  }
  print_line(options.module + " answers from names that were read anew: " +
             counted(number_of(model, "rows"), "row"));
  for (const Json& source : model.value("sources", Json::array())) {
    print_line("  " + text_of(source, "module") + ": complete until " +
               text_of(source, "complete_until"));
  }
  return kDone;
}

/// Looks until that rebuild is over. Who stops looking stops nothing.
int watch(AdminClient& client, const EventsOptions& options, std::uint64_t rebuild) {
  ProgressLine progress;
  std::string told;
  while (true) {
    const Result<Json> document = json_of(client.get("/read-models", {}));
    if (!document) {
      progress.clear();
      Error error = document.error();
      error.message +=
          ". The rebuild goes on when the process is there again; what is answered meanwhile is "
          "the old copy";
      return given_up(error, options.json);
    }
    const Json model = model_of(*document, options.module);
    if (model.empty()) {
      progress.clear();
      return given_up(no_such_model(options.module), options.json);
    }
    const std::uint64_t last = number_of(model, "rebuilt");
    if (last != rebuild) {
      progress.clear();
      return given_up(last > rebuild ? replaced() : forgotten(rebuild), options.json);
    }
    if (!text_of(model, "ended_at").empty()) {
      progress.clear();
      return finish(options, model);
    }
    const std::string problem = text_of(model, "problem");
    if (!problem.empty() && problem != std::exchange(told, problem)) announce(problem);
    progress.show("reading", text_of(model, "reading"),
                  static_cast<std::int64_t>(number_of(model, "rows")));
    std::this_thread::sleep_for(kLook);
  }
}

}  // namespace

int events_rebuild(const ControlTarget& target, const EventsOptions& options) {
  if (!target.store.empty()) {
    print_error({ErrorCode::InvalidArgument,
                 "banyan.invalid_request",
                 "a rebuild is done by the running process: name it with --url, not --store",
                 {}},
                options.json);
    return kUsage;
  }
  const auto client = admin_client(target);
  if (!client) return given_up(client.error(), options.json);
  // First whether there is one: what is not there has no such command.
  const Result<Json> before = json_of((*client)->get("/read-models", {}));
  if (!before) return given_up(before.error(), options.json);
  if (model_of(*before, options.module).empty()) {
    return given_up(no_such_model(options.module), options.json);
  }
  const Json body = {{"who", options.who}, {"why", options.why}};
  const Result<Json> begun =
      json_of((*client)->post("/read-models/" + options.module + "/rebuild",
                              body.dump(-1, ' ', false, Json::error_handler_t::replace)));
  if (!begun) return given_up(begun.error(), options.json);
  return watch(**client, options, number_of(*begun, "rebuild"));
}

}  // namespace banyan::cli
