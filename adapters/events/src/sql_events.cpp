// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "banyan/events/module_events.hpp"
#include "publisher.hpp"
#include "sql_event_log.hpp"
#include "sql_outbox.hpp"

namespace banyan::events {
namespace {

using sql::Session;

std::int64_t mark_of(Session& kit, const std::string& module, const std::string& source,
                     const std::string& key) {
  return kit
      .value<std::int64_t>(
          "SELECT ord FROM banyan_inbox WHERE module = :module AND source = :source AND key = :key",
          module, source, key)
      .value_or(0);
}

void raise_mark(Session& kit, const std::string& module, const std::string& source,
                const std::string& key, std::int64_t ordinal) {
  kit.run(
      "INSERT INTO banyan_inbox (module, source, key, ord) VALUES (:module, :source, :key, :ord)"
      " ON CONFLICT (module, source, key) DO UPDATE SET ord = excluded.ord"
      " WHERE banyan_inbox.ord < excluded.ord",
      module, source, key, ordinal);
}

class Rows final : public InboxRows {
 public:
  Rows(Session& kit, const std::string& module) : kit_(kit), module_(module) {}
  std::int64_t mark(const EventDelivery& delivery) override {
    return mark_of(kit_, module_, delivery.source(), delivery.key());
  }
  void set_mark(const EventDelivery& delivery) override {
    raise_mark(kit_, module_, delivery.source(), delivery.key(), delivery.ordinal());
  }

 private:
  Session& kit_;
  const std::string& module_;
};

/// What a unit of work has handled.
class Handling final : public sql::UnitEnding {
 public:
  explicit Handling(std::string module) : module_(std::move(module)) {}
  bool before_commit(Session& kit, const UnitOfWork& unit) override {
    if (unit.context().delivery == nullptr) return false;
    Rows rows(kit, module_);
    return settle_delivery(rows, unit, module_);
  }
  void committed(const Context& context) noexcept override { context.delivery->commit(); }

 private:
  const std::string module_;
};

/// What a unit of work has published.
class Publishing final : public sql::UnitEnding {
 public:
  Publishing(Publisher publisher, sql::Engine engine,
             std::shared_ptr<const ModuleEvents::Wake> wake)
      : publisher_(std::move(publisher)), engine_(engine), wake_(std::move(wake)) {}
  bool before_commit(Session& kit, const UnitOfWork& unit) override {
    if (unit.published().empty()) return false;
    append_to_outbox(kit, engine_, publisher_.module(), publisher_.envelopes_of(unit));
    return true;
  }
  void committed(const Context& /*context*/) noexcept override { (*wake_)(); }
  bool is_announced() const override { return true; }

 private:
  const Publisher publisher_;
  const sql::Engine engine_;
  const std::shared_ptr<const ModuleEvents::Wake> wake_;
};

class SqlInbox final : public Inbox {
 public:
  explicit SqlInbox(sql::KitAccess access) : access_(std::move(access)) {}

  std::vector<std::int64_t> marks(const std::string& source, const std::vector<std::string>& keys,
                                  const Context& context) override {
    std::vector<std::int64_t> found;
    access_.read(context, [&](sql::KitUnit& unit) {
      found.clear();
      for (const std::string& key : keys) {
        found.push_back(mark_of(unit.session, access_.module(), source, key));
      }
    });
    return found;
  }

  Result<void> raise(const std::string& source, const std::vector<Mark>& marks,
                     const Context& context) override {
    auto refused = access_.write(context, [&](sql::KitUnit& unit) {
      for (const Mark& mark : marks) {
        raise_mark(unit.session, access_.module(), source, mark.key, mark.ordinal);
      }
      return true;
    });
    if (refused) return fail(*std::move(refused));
    return {};
  }

  std::int64_t forget(const std::string& source, std::int64_t limit,
                      const Context& context) override {
    std::int64_t forgotten = 0;
    const auto refused = access_.write(context, [&](sql::KitUnit& unit) {
      forgotten = unit.session.run(
          "DELETE FROM banyan_inbox WHERE module = :module AND source = :source AND key IN"
          " (SELECT key FROM banyan_inbox WHERE module = :module AND source = :source"
          " ORDER BY key LIMIT :limit)",
          access_.module(), source, limit);
      return forgotten > 0;
    });
    if (refused) throw OperationalFault(*refused, refused->message);
    return forgotten;
  }

 private:
  const sql::KitAccess access_;
};

class SqlEvents final : public ModuleEvents {
 public:
  SqlEvents(const sql::KitAccess& access, std::vector<EventType> types,
            const Environment& environment)
      : access_(access), log_(access, environment.clock), inbox_(access) {
    access.add_ending(std::make_shared<Handling>(access.module()));
    if (types.empty()) return;
    access.add_ending(std::make_shared<Publishing>(
        Publisher(access.module(), std::move(types), environment), access.engine(), waking()));
  }

  EventLog& log() override { return log_; }
  Inbox& inbox() override { return inbox_; }

 private:
  void watch(std::function<void()> wake) override {
    watch_ = wake ? access_.watch(std::move(wake)) : nullptr;
  }

  const sql::KitAccess access_;
  SqlEventLog log_;
  SqlInbox inbox_;
  std::unique_ptr<sql::CommitWatch> watch_;
};

}  // namespace

std::shared_ptr<ModuleEvents> make_sql_events(const sql::ModuleDatabase& database,
                                              std::vector<EventType> types,
                                              const Environment& environment) {
  return std::make_shared<SqlEvents>(sql::KitAccess(database), std::move(types), environment);
}

}  // namespace banyan::events
