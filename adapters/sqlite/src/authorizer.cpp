// SPDX-License-Identifier: Apache-2.0
#include "banyan/sqlite/authorizer.hpp"

#include <sqlite3.h>

#include <utility>

namespace banyan::sqlite {
namespace {

std::string_view view_of(const char* text) { return text == nullptr ? "" : text; }

Action action_of(int code) {
  switch (code) {
    case SQLITE_SELECT: return Action::Select;
    case SQLITE_FUNCTION: return Action::Function;
    case SQLITE_RECURSIVE: return Action::Recursive;
    case SQLITE_READ: return Action::Read;
    case SQLITE_INSERT: return Action::Insert;
    case SQLITE_UPDATE: return Action::Update;
    case SQLITE_DELETE: return Action::Delete;
    case SQLITE_TRANSACTION: return Action::Transaction;
    case SQLITE_SAVEPOINT: return Action::Savepoint;
    case SQLITE_ATTACH: return Action::Attach;
    case SQLITE_DETACH: return Action::Detach;
    case SQLITE_PRAGMA: return Action::Pragma;
    case SQLITE_CREATE_TABLE:
    case SQLITE_CREATE_TEMP_TABLE: return Action::CreateTable;
    case SQLITE_DROP_TABLE:
    case SQLITE_DROP_TEMP_TABLE: return Action::DropTable;
    case SQLITE_ALTER_TABLE: return Action::AlterTable;
    case SQLITE_CREATE_INDEX:
    case SQLITE_CREATE_TEMP_INDEX: return Action::CreateIndex;
    case SQLITE_DROP_INDEX:
    case SQLITE_DROP_TEMP_INDEX: return Action::DropIndex;
    case SQLITE_CREATE_TRIGGER:
    case SQLITE_CREATE_TEMP_TRIGGER: return Action::CreateTrigger;
    case SQLITE_DROP_TRIGGER:
    case SQLITE_DROP_TEMP_TRIGGER: return Action::DropTrigger;
    case SQLITE_CREATE_VIEW:
    case SQLITE_CREATE_TEMP_VIEW: return Action::CreateView;
    case SQLITE_DROP_VIEW:
    case SQLITE_DROP_TEMP_VIEW: return Action::DropView;
    default: return Action::Other;
  }
}

int ask(void* callback, int code, const char* first, const char* second, const char* schema,
        const char* via) {
  try {
    const AccessRequest request{action_of(code), view_of(first), view_of(second), view_of(schema),
                                view_of(via)};
    const auto verdict = (*static_cast<Authorizer::Callback*>(callback))(request);
    return verdict == Verdict::Allow ? SQLITE_OK : SQLITE_DENY;
  } catch (...) {  // must not pass through SQLite's frames
    return SQLITE_DENY;
  }
}

}  // namespace

Authorizer::Authorizer(const Connection& connection, Callback callback)
    : handle_(connection.handle()), callback_(std::move(callback)) {
  sqlite3_set_authorizer(handle_, ask, &callback_);
}

Authorizer::~Authorizer() { sqlite3_set_authorizer(handle_, nullptr, nullptr); }

}  // namespace banyan::sqlite
