// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <typeindex>
#include <typeinfo>
#include <utility>

#include "banyan/kernel/context.hpp"
#include "banyan/kernel/result.hpp"

/// How a command that carries an idempotency key (Idempotency::ByKey) happens once, however often
/// it is asked for. Each module has a ledger of such commands beside its tables; the entry is
/// written in the same transaction as what the command changes, so that both are there or neither.
/// Modules see nothing of it; those whose commands take several units of work say what they answer
/// through UnitOfWork. See docs/adr/0016.
namespace banyan {

/// What tells one action from another: the same caller, operation and key mean the same action.
struct CommandKey {
  /// The principal; of an anonymous caller, what the request says on whose behalf it is (see
  /// Operation::on_behalf_of), else "".
  std::string caller;
  std::string operation;
  std::string key;
  friend bool operator==(const CommandKey&, const CommandKey&) = default;
};

/// What the ledger knows of a command.
struct LedgerEntry {
  enum class State : std::uint8_t {
    Running,   ///< somebody carries it out; `answer` is what holds if nobody gets further
    Answered,  ///< `answer` is what was answered
    Abandoned  ///< it was running, and who ran it is gone
  };
  State state = State::Running;
  std::string fingerprint;  ///< of the request: another one under the same key is a mistake
  std::string answer;       ///< encoded; "" when there is none yet
};

/// One execution of a command inside its module: travels in the Context from the binding to the
/// units of work. Used by one thread at a time.
class KeyedCommand {
 public:
  /// Encodes a `const Result<Response>*`.
  using Encode = std::function<std::string(const void* result)>;

  KeyedCommand(CommandKey key, std::string fingerprint, std::type_index response, Encode encode)
      : key_(std::move(key)),
        fingerprint_(std::move(fingerprint)),
        response_(response),
        encode_(std::move(encode)) {}

  const CommandKey& key() const { return key_; }
  const std::string& fingerprint() const { return fingerprint_; }
  bool answers_with(std::type_index type) const { return type == response_; }
  std::string encode(const void* result) const { return encode_(result); }

  /// Reads an encoded answer; false when it is no response of this operation, but an error.
  using Decode = std::function<bool(const std::string& answer, void* response)>;

  /// Of a command that was begun by an execution that is gone: what that one has accepted. Only for
  /// operations that say `static constexpr bool resumes_accepted = true`; their modules go on with
  /// it (see accepted_earlier()) and begin nothing new.
  void resume(std::string accepted, Decode decode) {
    accepted_ = std::move(accepted);
    decode_ = std::move(decode);
    committed_ = LedgerEntry::State::Running;
  }
  bool accepted(void* response) const { return decode_ && decode_(accepted_, response); }

  /// What of it has been committed to the ledger: nothing at first.
  std::optional<LedgerEntry::State> committed() const { return committed_; }
  void commit(LedgerEntry::State state) { committed_ = state; }

 private:
  CommandKey key_;
  std::string fingerprint_;
  std::type_index response_;
  Encode encode_;
  std::optional<LedgerEntry::State> committed_;
  std::string accepted_;
  Decode decode_;
};

/// What an earlier execution of this command, which is gone, has accepted; nothing the first time.
template <class Response>
std::optional<Response> accepted_earlier(const Context& context) {
  Response response{};
  const KeyedCommand* command = context.command.get();
  if (command == nullptr || !command->answers_with(typeid(Response))) return std::nullopt;
  if (!command->accepted(&response)) return std::nullopt;
  return response;
}

/// Leaves a unit of work, and the module, when the command has been begun under its key by somebody
/// else meanwhile: what this execution did is undone. Caught by the binding that began it.
struct CommandTaken final : std::exception {
  explicit CommandTaken(LedgerEntry known) : entry(std::move(known)) {}
  const char* what() const noexcept override {
    return "a command is carried out under this idempotency key already";
  }
  LedgerEntry entry;
};

/// The ledger of one module. Safe for concurrent use.
class IdempotencyLedger {
 public:
  virtual ~IdempotencyLedger() = default;

  /// Nothing: not begun, or forgotten.
  virtual std::optional<LedgerEntry> find(const CommandKey& key, const Context& context) = 0;

  /// Keeps what `command`, of which something is committed, has answered at last. What prevents it
  /// is an Error; the entry then stays as it is.
  virtual Result<void> answer(const KeyedCommand& command, const std::string& answer,
                              const Context& context) = 0;

  /// Whoever carried `command` out, of which something is committed, has broken off: nobody needs
  /// to wait for it. What prevents it is ignored; its time ends by itself.
  virtual void abandon(const KeyedCommand& command, const Context& context) noexcept = 0;

  /// Forgets entries older than `kept_for`, at most `limit` of them. Returns how many.
  virtual std::int64_t purge(std::chrono::seconds kept_for, std::int64_t limit,
                             const Context& context) = 0;
};

class UnitOfWork;

/// The entries of a ledger inside one open unit of work; for those who implement stores.
class LedgerRows {
 public:
  virtual std::optional<LedgerEntry> find(const CommandKey& key) = 0;
  /// False: there is an entry under this key.
  virtual bool insert(const KeyedCommand& command, LedgerEntry::State state,
                      const std::string& answer) = 0;
  virtual void update(const KeyedCommand& command, LedgerEntry::State state,
                      const std::string& answer) = 0;

 protected:
  ~LedgerRows() = default;
};

/// To be called at the end of each unit of work of a module, inside it, after its body: writes what
/// the unit means for the command of its context, if there is one. `keeps`: the unit's changes are
/// to stay. Returns what to tell the command once they are committed. Throws CommandTaken.
std::optional<LedgerEntry::State> settle_command(LedgerRows& rows, const UnitOfWork& unit,
                                                 bool keeps);

}  // namespace banyan
