// SPDX-License-Identifier: Apache-2.0
#include "banyan/binding/once.hpp"

#include <algorithm>
#include <boost/describe.hpp>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <utility>

#include "banyan/digest/sha256.hpp"
#include "banyan/json/codec.hpp"
#include "banyan/kernel/unit_of_work.hpp"

namespace banyan::binding {
namespace {

using namespace std::chrono_literals;

struct StoredDetail {
  std::string where;
  std::string problem;
};
BOOST_DESCRIBE_STRUCT(StoredDetail, (), (where, problem))

struct StoredError {
  std::string code;
  std::string rule;
  std::string message;
  std::vector<StoredDetail> details;
};
BOOST_DESCRIBE_STRUCT(StoredError, (), (code, rule, message, details))

constexpr std::string_view kValue = "value ";
constexpr std::string_view kError = "error ";

std::string fingerprint_of(const KeyedRequest& command) {
  std::string text;
  json::write_json(*command.request_shape, command.request, text);
  return sha256_hex(text);
}

// An anonymous caller may say in the request for whom it asks.
std::string caller_of(const KeyedRequest& command, const Context& context) {
  if (!context.principal.empty()) return context.principal;
  const std::string_view name = command.operation->on_behalf_of;
  if (name.empty()) return {};
  const json::Field* field = json::find_field(*command.request_shape, name);
  if (field == nullptr || !json::is_scalar(field->shape())) {
    throw std::logic_error(std::string(command.operation->name) + " has no field '" +
                           std::string(name) + "' of one value, which on_behalf_of names");
  }
  std::string text(name);
  text += '=';
  json::write_scalar(field->shape(), field->in(const_cast<void*>(command.request)), text);
  return text;
}

Error key_reused(const KeyedRequest& command) {
  std::string rule = std::string(command.port->name) + ".key_reused";
  if (!command.operation->errors.contains(rule)) rule = "banyan.idempotency_key_reused";
  return {ErrorCode::Conflict,
          std::move(rule),
          "another request was made under this idempotency key; give each action its own",
          {}};
}

Error still_running(const KeyedRequest& command) {
  return {ErrorCode::Conflict,
          "banyan.command_running",
          std::string(command.operation->name) +
              " is being carried out under this idempotency key; ask again in a moment with the "
              "same key to get its answer",
          {}};
}

Error outcome_unknown(const KeyedRequest& command) {
  return {ErrorCode::Conflict,
          "banyan.outcome_unknown",
          "an earlier " + std::string(command.operation->name) +
              " under this idempotency key was broken off in the middle: part of it has happened. "
              "Look at what is there before you ask under a new key",
          {}};
}

/// Whether it would be answered otherwise at another time: the disk is full, the database is away.
bool is_passing(std::string_view answer) {
  if (!answer.starts_with(kError)) return false;
  const auto stored =
      json::decode<StoredError>(answer.substr(kError.size()), json::Reading::Tolerant);
  if (!stored || !stored->rule.starts_with("banyan.")) return false;
  const ErrorCode code = error_code_from(stored->code);
  return code == ErrorCode::Unavailable || code == ErrorCode::DeadlineExceeded ||
         code == ErrorCode::ResourceExhausted;
}

void tell_replayed(const Context& context) {
  if (context.replayed) context.replayed->store(true);
}

}  // namespace

std::string encode_answer(const Error* error, const json::Shape* shape, const void* value) {
  if (error == nullptr) {
    std::string text(kValue);
    if (value != nullptr) json::write_json(*shape, value, text);
    return text;
  }
  StoredError stored{std::string(to_string(error->code)), error->rule, error->message, {}};
  for (const Detail& detail : error->details) {
    stored.details.push_back({detail.where, detail.problem});
  }
  return std::string(kError) + json::encode(stored);
}

std::optional<Error> decode_answer(const std::string& answer, const json::Shape* shape,
                                   void* value) {
  const std::string_view text = answer;
  json::Problems problems;
  if (text.starts_with(kValue)) {
    if (value != nullptr) {
      json::read_json(*shape, value, text.substr(kValue.size()), json::Reading::Tolerant, {},
                      json::kAllFields, problems);
    }
    if (problems.empty()) return std::nullopt;
  } else if (text.starts_with(kError)) {
    auto stored = json::decode<StoredError>(text.substr(kError.size()), json::Reading::Tolerant);
    if (stored) {
      Error error{error_code_from(stored->code), stored->rule, stored->message, {}};
      for (StoredDetail& each : stored->details) {
        error.details.push_back({std::move(each.where), std::move(each.problem)});
      }
      return error;
    }
  }
  return Error{ErrorCode::Internal,
               "banyan.unreadable_answer",
               "what was answered under this idempotency key cannot be read by this version",
               {}};
}

void OnceByKey::execute(const std::shared_ptr<KeyedCommand>& command, const Context& context,
                        const CarryOut& carry_out, bool resumes) const {
  Context inside = context;
  inside.command = command;
  inside.replayed = nullptr;  // what the module asks of others is another matter
  std::string answer;
  try {
    answer = carry_out(inside);
  } catch (...) {
    if (command->committed() == LedgerEntry::State::Running) ledger_->abandon(*command, context);
    throw;
  }
  // Nothing was written: nothing is to be remembered. Else what it answered at last; when that
  // cannot be written down now, or is trouble that passes, what was accepted stands.
  if (command->committed() != LedgerEntry::State::Running) return;
  // The last word is not said yet: whoever asks again is told how it is then.
  if (resumes || is_passing(answer)) {
    ledger_->abandon(*command, context);
    return;
  }
  if (const auto kept = ledger_->answer(*command, answer, context); !kept) return;
  command->commit(LedgerEntry::State::Answered);
}

// Nothing: it is still under way.
std::optional<Result<std::string>> OnceByKey::known(const LedgerEntry& entry,
                                                    const KeyedRequest& command,
                                                    const std::string& fingerprint) const {
  if (entry.fingerprint != fingerprint) return Result<std::string>(fail(key_reused(command)));
  if (entry.state == LedgerEntry::State::Running) return std::nullopt;
  if (entry.answer.empty()) return Result<std::string>(fail(outcome_unknown(command)));
  return Result<std::string>(entry.answer);
}

std::optional<Result<std::string>> OnceByKey::run(const KeyedRequest& command,
                                                  const Context& context,
                                                  const CarryOut& carry_out) const {
  const CommandKey key{caller_of(command, context), std::string(command.operation->name),
                       context.idempotency_key.value()};
  const std::string fingerprint = fingerprint_of(command);
  // Some of the caller's time is left for the answer.
  const SteadyTime patience = clock_->steady() + context.remaining(*clock_) * 9 / 10;
  auto pause = 2ms;
  while (true) {
    std::optional<LedgerEntry> entry = ledger_->find(key, context);
    const auto fresh = [&] {
      return std::make_shared<KeyedCommand>(key, fingerprint, command.response, command.encode);
    };
    if (!entry) {
      try {
        execute(fresh(), context, carry_out, static_cast<bool>(command.decode));
        return std::nullopt;
      } catch (CommandTaken& taken) {
        entry = std::move(taken.entry);
      }
    }
    if (entry->state == LedgerEntry::State::Abandoned && entry->fingerprint == fingerprint &&
        !entry->answer.empty() && command.decode) {
      auto resumed = fresh();
      resumed->resume(entry->answer, command.decode);
      tell_replayed(context);
      CommitMark::commit();  // by whoever was broken off
      execute(resumed, context, carry_out, true);
      return std::nullopt;
    }
    if (auto answer = known(*entry, command, fingerprint)) {
      if (*answer) tell_replayed(context);
      return answer;
    }
    if (clock_->steady() + pause >= patience)
      return Result<std::string>(fail(still_running(command)));
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, 50ms);
  }
}

}  // namespace banyan::binding
