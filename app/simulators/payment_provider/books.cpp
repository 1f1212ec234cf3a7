// SPDX-License-Identifier: Apache-2.0
#include "books.hpp"

#include <Poco/Data/Statement.h>
#include <Poco/Data/Transaction.h>
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <cstdint>
#include <map>
#include <sstream>

#include "frame/book_file.hpp"

namespace acmepay {
namespace {

using Poco::Data::Session;
using Poco::Data::Keywords::into;
using Poco::Data::Keywords::now;
using Poco::Data::Keywords::use;
using Poco::Data::Keywords::useRef;

// Its own numbers are of its own making, and do not begin at one.
constexpr std::int64_t kFirstId = 88'100'003;
constexpr std::int64_t kIdStep = 7;

simulators::BookMark mark() {
  constexpr std::uint32_t kAcme = 0x41434D45;  // "ACME"
  return {kAcme, {"credits", "transactions"}};
}

Session opened(const std::string& file) {
  Session session = simulators::open_books(file, mark());
  session << "PRAGMA foreign_keys = ON", now;
  session << "CREATE TABLE IF NOT EXISTS transactions ("
             "merchant_ref TEXT PRIMARY KEY NOT NULL, id BIGINT NOT NULL, state TEXT NOT NULL,"
             " currency TEXT NOT NULL, minor BIGINT NOT NULL, why TEXT NOT NULL)",
      now;
  session << "CREATE TABLE IF NOT EXISTS credits ("
             "merchant_ref TEXT NOT NULL REFERENCES transactions (merchant_ref),"
             " credit_ref TEXT NOT NULL, minor BIGINT NOT NULL,"
             " PRIMARY KEY (merchant_ref, credit_ref))",
      now;
  return session;
}

}  // namespace

Books::Books(const std::string& file) : session_(opened(file)) {}

std::optional<Transaction> Books::read(const std::string& merchant_ref) {
  Transaction found;
  std::string state;
  Poco::Data::Statement select(session_);
  select << "SELECT id, state, currency, minor, why FROM transactions WHERE merchant_ref = ?",
      into(found.id), into(state), into(found.currency), into(found.minor), into(found.why),
      useRef(merchant_ref);
  if (select.execute() == 0) return std::nullopt;
  found.merchant_ref = merchant_ref;
  found.state = state.at(0);
  std::vector<std::string> refs;
  std::vector<std::int64_t> amounts;
  session_ << "SELECT credit_ref, minor FROM credits WHERE merchant_ref = ? ORDER BY rowid",
      into(refs), into(amounts), useRef(merchant_ref), now;
  for (std::size_t i = 0; i < refs.size(); ++i) found.credits.push_back({refs[i], amounts[i]});
  return found;
}

void Books::add(Transaction& transaction) {
  std::string state(1, transaction.state);
  session_ << "INSERT INTO transactions (merchant_ref, id, state, currency, minor, why)"
              " VALUES (?, ?, ?, ?, ?, ?)",
      use(transaction.merchant_ref), use(transaction.id), use(state), use(transaction.currency),
      use(transaction.minor), use(transaction.why), now;
}

void Books::set_state(Transaction& transaction, char state) {
  transaction.state = state;
  std::string text(1, state);
  session_ << "UPDATE transactions SET state = ? WHERE merchant_ref = ?", use(text),
      use(transaction.merchant_ref), now;
}

std::optional<Transaction> Books::find(const std::string& merchant_ref) {
  const Poco::FastMutex::ScopedLock lock(mutex_);
  return read(merchant_ref);
}

Books::Done Books::authorise(Transaction wanted, const std::string& why) {
  const Poco::FastMutex::ScopedLock lock(mutex_);
  if (auto known = read(wanted.merchant_ref)) return {*known, false};
  Poco::Data::Transaction unit(session_);
  std::int64_t count = 0;
  session_ << "SELECT count(*) FROM transactions", into(count), now;
  wanted.id = kFirstId + count * kIdStep;
  wanted.state = why.empty() ? 'A' : 'D';
  wanted.why = why;
  add(wanted);
  unit.commit();
  return {wanted, true};
}

std::optional<Books::Done> Books::capture(const std::string& merchant_ref) {
  const Poco::FastMutex::ScopedLock lock(mutex_);
  auto known = read(merchant_ref);
  if (!known) return std::nullopt;
  if (known->state != 'A') return Done{*known, false};
  set_state(*known, 'C');
  return Done{*known, true};
}

Books::Done Books::reverse(const std::string& merchant_ref) {
  const Poco::FastMutex::ScopedLock lock(mutex_);
  if (auto known = read(merchant_ref)) {
    if (known->state != 'A') return {*known, false};
    set_state(*known, 'R');
    return {*known, true};
  }
  Transaction unheard_of;
  unheard_of.merchant_ref = merchant_ref;
  unheard_of.state = 'R';
  add(unheard_of);
  return {unheard_of, true};
}

std::optional<Books::Done> Books::credit(const std::string& merchant_ref, const Credit& credit) {
  const Poco::FastMutex::ScopedLock lock(mutex_);
  auto known = read(merchant_ref);
  if (!known) return std::nullopt;
  std::int64_t left = known->minor;
  for (const Credit& each : known->credits) {
    if (each.ref == credit.ref) return Done{*known, false};
    left -= each.minor;
  }
  if (known->state != 'C' || credit.minor > left) return Done{*known, false};
  Credit given = credit;
  session_ << "INSERT INTO credits (merchant_ref, credit_ref, minor) VALUES (?, ?, ?)",
      use(known->merchant_ref), use(given.ref), use(given.minor), now;
  known->credits.push_back(credit);
  return Done{*known, true};
}

std::string Books::to_json() {
  const Poco::FastMutex::ScopedLock lock(mutex_);
  std::vector<std::string> refs;
  session_ << "SELECT merchant_ref FROM transactions ORDER BY rowid", into(refs), now;
  struct Sum {
    std::int64_t captured = 0;
    std::int64_t credited = 0;
  };
  std::map<std::string, Sum> sums;
  Poco::JSON::Array rows;
  for (const std::string& ref : refs) {
    const Transaction transaction = read(ref).value();
    Poco::JSON::Object row;
    row.set("merchant_ref", ref);
    row.set("txn", transaction.id);
    row.set("state", std::string(1, transaction.state));
    row.set("currency", transaction.currency);
    row.set("minor", transaction.minor);
    Poco::JSON::Array credits;
    for (const Credit& credit : transaction.credits) {
      Poco::JSON::Object one;
      one.set("ref", credit.ref);
      one.set("minor", credit.minor);
      credits.add(one);
      sums[transaction.currency].credited += credit.minor;
    }
    if (transaction.state == 'C') sums[transaction.currency].captured += transaction.minor;
    row.set("credits", credits);
    rows.add(row);
  }
  Poco::JSON::Object totals;
  for (const auto& [currency, sum] : sums) {
    Poco::JSON::Object one;
    one.set("captured", sum.captured);
    one.set("credited", sum.credited);
    totals.set(currency, one);
  }
  Poco::JSON::Object books;
  books.set("transactions", rows);
  books.set("totals", totals);
  std::ostringstream text;
  books.stringify(text, 1);
  return text.str() + '\n';
}

}  // namespace acmepay
