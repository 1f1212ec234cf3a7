// SPDX-License-Identifier: Apache-2.0
#include "depot.hpp"

#include <Poco/Data/RecordSet.h>
#include <Poco/Data/Statement.h>
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/NumberFormatter.h>

#include <cstdint>
#include <sstream>

#include "frame/book_file.hpp"

namespace overland {
namespace {

using namespace Poco::Data::Keywords;
using Poco::Data::RecordSet;
using Lock = Poco::FastMutex::ScopedLock;

constexpr Poco::Int64 kFirstNumber = 4'170'000'000;

simulators::BookMark mark() {
  constexpr std::uint32_t kOverland = 0x4F564C44;  // "OVLD"
  return {kOverland, {"parcels", "scans"}};
}

std::string number_of(Poco::Int64 row) {
  return Poco::NumberFormatter::format0(kFirstNumber + row, 12);
}

bool is_delivered(const Parcel& parcel) { return parcel.scans.back().st >= 40; }

std::optional<Scan> scan_of(const std::string& step, const Parcel& parcel) {
  if (step == "uplifted") return Scan{20, "UPLIFTED BY DRIVER 17", {}};
  if (step == "depot")
    return Scan{21,
                "AT DEPOT L\xC3\x9C"
                "BECK, AWAITING LINEHAUL",
                {}};
  if (step == "delayed") return Scan{33, "DELAYED - TRAFFIC", {}};
  if (step == "delivered" && parcel.service == "RET") return Scan{40, "RETURNED TO CONSIGNOR", {}};
  // On a way back it is for the shop, and somebody is always in there.
  if (step == "undeliverable" && parcel.service != "RET")
    return Scan{40, "RETURNED TO CONSIGNOR, NOBODY IN", {}};
  if (step == "delivered") return Scan{41, "HANDED OVER TO NEIGHBOUR/LETTERBOX", {}};
  return std::nullopt;
}

Parcel parcel_of(RecordSet& rows) {
  return {rows["cn"].convert<std::string>(),      rows["ref"].convert<std::string>(),
          rows["service"].convert<std::string>(), rows["consignee"].convert<std::string>(),
          rows["country"].convert<std::string>(), rows["withdrawn"].convert<int>() != 0,
          rows["asked"].convert<int>(),           {}};
}

}  // namespace

Depot::Depot(const std::string& file) : session_(simulators::open_books(file, mark())) {
  session_ << "CREATE TABLE IF NOT EXISTS parcels (row INTEGER PRIMARY KEY, cn TEXT, ref TEXT,"
              " service TEXT, consignee TEXT, country TEXT, withdrawn INTEGER, asked INTEGER)",
      now;
  session_ << "CREATE INDEX IF NOT EXISTS parcels_ref ON parcels (ref)", now;
  session_ << "CREATE TABLE IF NOT EXISTS scans (cn TEXT, st INTEGER, what TEXT, at INTEGER)", now;
  session_ << "CREATE INDEX IF NOT EXISTS scans_cn ON scans (cn)", now;
}

std::pair<bool, Parcel> Depot::lodge(const Parcel& wanted) {
  const Lock lock(mutex_);
  if (auto known = newest(wanted.ref); known && !known->is_withdrawn) {
    session_ << "UPDATE parcels SET asked = asked + 1 WHERE cn = ?", use(known->cn), now;
    return {false, *std::move(known)};
  }
  Parcel parcel = wanted;
  Poco::Int64 rows = 0;
  session_ << "SELECT count(*) FROM parcels", into(rows), now;
  parcel.cn = number_of(rows + 1);
  session_ << "INSERT INTO parcels (cn, ref, service, consignee, country, withdrawn, asked)"
              " VALUES (?, ?, ?, ?, ?, 0, 1)",
      use(parcel.cn), use(parcel.ref), use(parcel.service), use(parcel.consignee),
      use(parcel.country), now;
  parcel.scans.push_back({10, "CONSIGNMENT LODGED WITH US", {}});
  write(parcel, parcel.scans.back());
  return {true, std::move(parcel)};
}

Depot::Withdrawn Depot::withdraw(const std::string& ref) {
  const Lock lock(mutex_);
  auto known = newest(ref);
  if (!known) return Withdrawn::Unknown;
  for (const Scan& scan : known->scans) {
    if (scan.st == 20) return Withdrawn::TooLate;
  }
  session_ << "UPDATE parcels SET withdrawn = 1 WHERE cn = ?", use(known->cn), now;
  return Withdrawn::Done;
}

std::optional<Parcel> Depot::find(const std::string& ref) {
  const Lock lock(mutex_);
  return newest(ref);
}

std::optional<Parcel> Depot::move(const std::string& ref, const std::string& step) {
  const Lock lock(mutex_);
  auto parcel = newest(ref);
  if (!parcel) return std::nullopt;
  const auto scan = scan_of(step, *parcel);
  if (!scan) return std::nullopt;
  if (parcel->is_withdrawn || is_delivered(*parcel)) return parcel;
  parcel->scans.push_back(*scan);
  write(*parcel, *scan);
  return parcel;
}

std::vector<Parcel> Depot::go_on(long uplift_after, long deliver_after) {
  const Lock lock(mutex_);
  std::vector<Parcel> moved;
  const Poco::Timestamp time;
  const auto rest = [&](const char* step, int from_below, int from, long after) {
    Poco::Int64 until = time.epochMicroseconds() - Poco::Int64(after) * 1'000'000;
    RecordSet rows(session_,
                   "SELECT ref FROM parcels WHERE withdrawn = 0 AND cn IN (SELECT cn FROM scans"
                   " GROUP BY cn HAVING max(st) < " +
                       std::to_string(from_below) + " AND max(st) >= " + std::to_string(from) +
                       " AND min(at) <= " + std::to_string(until) + ") LIMIT 200");
    std::vector<std::string> refs;
    for (bool more = rows.moveFirst(); more; more = rows.moveNext()) {
      refs.push_back(rows["ref"].convert<std::string>());
    }
    for (const std::string& ref : refs) {
      auto parcel = newest(ref);
      if (!parcel || parcel->is_withdrawn) continue;
      const auto scan = scan_of(step, *parcel);
      parcel->scans.push_back(*scan);
      write(*parcel, *scan);
      moved.push_back(*std::move(parcel));
    }
  };
  rest("delivered", 40, 20, uplift_after + deliver_after);
  rest("uplifted", 20, 10, uplift_after);
  return moved;
}

std::string Depot::to_json() {
  const Lock lock(mutex_);
  Poco::JSON::Array all;
  RecordSet rows(session_, "SELECT * FROM parcels ORDER BY row");
  for (bool more = rows.moveFirst(); more; more = rows.moveNext()) {
    Parcel parcel = parcel_of(rows);
    read_scans(parcel);
    Poco::JSON::Object json;
    json.set("cn", parcel.cn);
    json.set("ref", parcel.ref);
    json.set("service", parcel.service);
    json.set("consignee", parcel.consignee);
    json.set("country", parcel.country);
    json.set("withdrawn", parcel.is_withdrawn);
    json.set("asked", parcel.asked);
    Poco::JSON::Array scans;
    for (const Scan& scan : parcel.scans) {
      Poco::JSON::Object line;
      line.set("st", scan.st);
      line.set("what", scan.what);
      line.set("at", scan.at.epochMicroseconds());
      scans.add(line);
    }
    json.set("scans", scans);
    all.add(json);
  }
  Poco::JSON::Object books;
  books.set("parcels", all);
  std::ostringstream text;
  books.stringify(text);
  return text.str() + '\n';
}

std::optional<Parcel> Depot::newest(const std::string& ref) {
  std::string wanted = ref;
  Poco::Data::Statement select(session_);
  select << "SELECT * FROM parcels WHERE ref = ? ORDER BY row DESC LIMIT 1", use(wanted), now;
  RecordSet rows(select);
  if (!rows.moveFirst()) return std::nullopt;
  Parcel parcel = parcel_of(rows);
  read_scans(parcel);
  return parcel;
}

void Depot::read_scans(Parcel& parcel) {
  Poco::Data::Statement select(session_);
  select << "SELECT st, what, at FROM scans WHERE cn = ? ORDER BY rowid", use(parcel.cn), now;
  RecordSet rows(select);
  for (bool more = rows.moveFirst(); more; more = rows.moveNext()) {
    parcel.scans.push_back({rows["st"].convert<int>(), rows["what"].convert<std::string>(),
                            Poco::Timestamp(rows["at"].convert<Poco::Int64>())});
  }
}

void Depot::write(const Parcel& parcel, const Scan& scan) {
  std::string cn = parcel.cn;
  int st = scan.st;
  std::string what = scan.what;
  Poco::Int64 at = scan.at.epochMicroseconds();
  session_ << "INSERT INTO scans (cn, st, what, at) VALUES (?, ?, ?, ?)", use(cn), use(st),
      use(what), use(at), now;
}

}  // namespace overland
