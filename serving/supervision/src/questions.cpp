// SPDX-License-Identifier: Apache-2.0
#include "questions.hpp"

#include <utility>

#include "status_json.hpp"

namespace banyan::supervision {
namespace {

Questions::Json refusal(const char* rule, const std::string& detail) {
  return {{"rule", rule}, {"detail", detail}};
}

/// "" where it is not there, or no text: whoever may open the socket may write anything.
std::string text_of(const Questions::Json& question, const char* key) {
  const auto found = question.find(key);
  return found != question.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

Questions::Questions(const Deployment& deployment, Fleet& fleet, const Clock& clock, Say say)
    : deployment_(deployment), fleet_(fleet), clock_(clock), say_(std::move(say)) {}

std::optional<Questions::Json> Questions::answer(Json& question, bool first) {
  const std::string what = text_of(question, "ask");
  if (what == "status") return status_json(deployment_, fleet_, clock_.steady());
  if (what == "stop") {
    if (first && !fleet_.stopping()) {
      say_("was told to stop by `banyan down`");
      fleet_.stop();
    }
    if (fleet_.over()) return status_json(deployment_, fleet_, clock_.steady());
    return std::nullopt;
  }
  if (what == "restart") return answer_restart(question, first);
  return refusal("supervision.unknown_question",
                 "this supervisor does not know \"" + what + "\"; it is of another version");
}

std::optional<Questions::Json> Questions::answer_restart(Json& question, bool first) {
  const std::string wanted = text_of(question, "program");
  const auto program = deployment_.find(wanted);
  if (!program) {
    std::string known;
    for (const Program& each : deployment_.programs) {
      known += (known.empty() ? "" : ", ") + each.name;
    }
    return refusal("supervision.unknown_program",
                   "there is no program \"" + wanted + "\". Known: " + known);
  }
  const Status& status = fleet_.status(*program);
  if (first) {
    if (fleet_.stopping()) return refusal("supervision.stopping", "everything is being stopped");
    question["restarts"] = status.restarts;
    say_("was told to restart " + wanted);
    fleet_.restart(*program, clock_.steady());
    return std::nullopt;
  }
  if (status.state == State::Stopping || status.restarts == question["restarts"]) {
    if (!fleet_.over()) return std::nullopt;
  }
  if (status.state == State::Ready || status.state == State::Done) {
    return status_json(deployment_, fleet_, clock_.steady());
  }
  if (status.state == State::Starting) return std::nullopt;
  if (status.state == State::Waiting) {
    return refusal("supervision.not_ready", wanted + " waits for what it needs: `banyan ps`");
  }
  return refusal("supervision.not_ready",
                 wanted + " is " + std::string(to_string(status.state)) +
                     (status.last_end ? ": " + to_string(*status.last_end) : "") +
                     "; `banyan logs` says more");
}

}  // namespace banyan::supervision
