// SPDX-License-Identifier: Apache-2.0
// Lab 5. Calls are lines: "level trk:3", "reserve trk:3 5", "receive trk:3 5"; trk:3 is the third
// record, trk:none one that there is not.
//
//   record DATABASE CALLS       what the class of 2015 does, each call with its answer: "reserve
//   trk:3 5 -> 15" replay DATABASE RECORDED    the same calls to the adapter: as JSON, where its
//   answers are others contract DATABASE           what the port promises, and the class never did
#include <fstream>
#include <iostream>
#include <sstream>
#include <vector>

#include "db.h"
#include "errors.h"
#include "json.h"
#include "stock.h"
#include "stock_port.h"

namespace {

struct Call {
  std::string what;
  std::string track;
  long long quantity = 0;
};

bool read_call(const std::string& line, Call& call) {
  std::istringstream words(line);
  if (!(words >> call.what >> call.track) || (call.what != "level" && !(words >> call.quantity)))
    return false;
  return call.what == "level" || call.what == "reserve" || call.what == "receive";
}

std::string pub_id(const std::string& name) {
  DbRows rows;
  const long long number = name.size() > 4 ? to_number(name.substr(4), 0) : 0;
  if (db_queryf(&rows, "SELECT pub_id FROM item WHERE id = %lld", number) < 1)
    return "trk_" + std::string(32, '0');
  return rows.str(0, "pub_id");
}

std::string text_of(long long copies, int error) {
  switch (error) {
    case SHOP_OK: return std::to_string(copies);
    case ERR_NO_SUCH_TRACK: return "unknown_track";
    case ERR_OUT_OF_STOCK: return "out_of_stock";
    default: return "unavailable";
  }
}

std::string text_of(const StockAnswer& answer) {
  switch (answer.error) {
    case StockError::none: return std::to_string(answer.copies);
    case StockError::unknown_track: return "unknown_track";
    case StockError::out_of_stock: return "out_of_stock";
    case StockError::bad_quantity: return "bad_quantity";
    case StockError::unavailable: break;
  }
  return "unavailable";
}

// As the pages and the checkout call it.
std::string legacy(const Call& call) {
  StockManager* stock = StockManager::getInstance();
  StockLevel level;
  const int known = stock->level(pub_id(call.track), &level);
  if (known != SHOP_OK) return text_of(0, known);
  if (call.what == "level")
    return level.known ? text_of(level.onHand, SHOP_OK) : text_of(0, ERR_NO_SUCH_TRACK);
  if (call.what == "receive") {
    const int there = stock->receive(level.itemId, static_cast<int>(call.quantity));
    return text_of(there, there < 0 ? there : SHOP_OK);
  }
  int left = 0;
  int rc = stock->look(level.itemId, static_cast<int>(call.quantity), &left);
  if (rc == SHOP_OK) rc = stock->sell(level.itemId, left);
  return text_of(left, rc);
}

std::string through_port(StockPort& port, const Call& call) {
  const std::string track = pub_id(call.track);
  if (call.what == "level") return text_of(port.level(track));
  if (call.what == "reserve") return text_of(port.reserve(track, call.quantity));
  return text_of(port.receive(track, call.quantity));
}

int record(const char* file) {
  std::ifstream calls(file);
  std::string line;
  int number = 0;
  while (std::getline(calls, line)) {
    ++number;
    if (line.empty() || line[0] == '#') continue;
    Call call;
    if (!read_call(line, call)) {
      std::cerr << "line " << number << ": '" << line << "' is no call\n";
      return 1;
    }
    std::cout << line << " -> " << legacy(call) << '\n';
  }
  return 0;
}

void put(Json& json, const std::string& call, const std::string& expected, const std::string& saw) {
  json.begin();
  json.str("call", call);
  json.str("expected", expected);
  json.str("saw", saw);
  json.end();
}

int replay(const char* file) {
  std::ifstream recorded(file);
  const auto port = make_stock();
  Json json;
  json.begin_list("");
  std::string line;
  while (std::getline(recorded, line)) {
    const auto arrow = line.find(" -> ");
    Call call;
    if (arrow == std::string::npos || !read_call(line.substr(0, arrow), call)) continue;
    const std::string expected = line.substr(arrow + 4);
    const std::string saw = through_port(*port, call);
    if (saw != expected) put(json, line.substr(0, arrow), expected, saw);
  }
  json.end_list();
  std::cout << json.text() << '\n';
  return 0;
}

// Each with what the port has to answer; the records have 20 copies, and trk:7 was never delivered.
int contract() {
  const std::vector<std::pair<Call, std::string>> promises = {
      {{"level", "trk:none"}, "unknown_track"},
      {{"level", "trk:7"}, "unknown_track"},
      {{"reserve", "trk:none", 1}, "unknown_track"},
      {{"reserve", "trk:7", 1}, "unknown_track"},
      {{"reserve", "trk:3", 0}, "bad_quantity"},
      {{"reserve", "trk:3", -2}, "bad_quantity"},
      {{"reserve", "trk:3", 4294967297LL}, "bad_quantity"},
      {{"level", "trk:3"}, "20"},
      {{"reserve", "trk:3", 21}, "out_of_stock"},
      {{"level", "trk:3"}, "20"},
      {{"reserve", "trk:3", 20}, "0"},
      {{"reserve", "trk:3", 1}, "out_of_stock"},
      {{"receive", "trk:3", 0}, "bad_quantity"},
      {{"receive", "trk:3", -5}, "bad_quantity"},
      {{"level", "trk:3"}, "0"},
      {{"receive", "trk:3", 5}, "5"},
      {{"receive", "trk:7", 2}, "2"},
      {{"level", "trk:7"}, "2"},
      {{"receive", "trk:none", 2}, "unknown_track"},
  };
  const auto port = make_stock();
  Json json;
  json.begin_list("");
  for (const auto& [call, expected] : promises) {
    const std::string saw = through_port(*port, call);
    const std::string words = call.what + " " + call.track +
                              (call.what == "level" ? "" : " " + std::to_string(call.quantity));
    if (saw != expected) put(json, words, expected, saw);
  }
  json.end_list();
  std::cout << json.text() << '\n';
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "";
  if (argc < 3 || Db::instance()->open(argv[2]) != SHOP_OK) {
    std::cerr << "lab05 record DATABASE CALLS | replay DATABASE RECORDED | contract DATABASE\n";
    return 2;
  }
  if (what == "record" && argc == 4) return record(argv[3]);
  if (what == "replay" && argc == 4) return replay(argv[3]);
  return contract();
}
