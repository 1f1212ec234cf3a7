// SPDX-License-Identifier: Apache-2.0
#include "banyan/sqlite/transaction.hpp"

namespace banyan::sqlite {
namespace {

const char* statement_of(Begin begin) {
  switch (begin) {
    case Begin::Snapshot: return "BEGIN";
    case Begin::Immediate: return "BEGIN IMMEDIATE";
    case Begin::Exclusive: return "BEGIN EXCLUSIVE";
  }
  return "BEGIN IMMEDIATE";
}

}  // namespace

Transaction::Transaction(const Connection& connection, Begin begin) : connection_(connection) {
  connection_.run(statement_of(begin));
}

Transaction::~Transaction() {
  if (open_) connection_.roll_back();
}

void Transaction::commit() {
  connection_.run("COMMIT");
  open_ = false;
}

}  // namespace banyan::sqlite
