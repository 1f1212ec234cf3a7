// json.h -- JSON in and out. (C, 2019)
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "util.h"

// Writes one document, from its beginning to its end. An empty name stands in a list.
class Json {
 public:
  void begin(const std::string& name = "");
  void end();
  void begin_list(const std::string& name);
  void end_list();

  void str(const std::string& name, const std::string& value);
  void num(const std::string& name, i64 value);
  void boolean(const std::string& name, bool value);
  // {"minor_units": 990, "currency": "EUR"}
  void money(const std::string& name, i64 minor, const std::string& currency);
  // What is JSON already.
  void raw(const std::string& name, const std::string& json);

  const std::string& text() const { return text_; }

 private:
  void put_name(const std::string& name);
  std::string text_;
  bool first_ = true;
};

std::string json_quoted(const std::string& text);

// Reads one document, an object. What is not there is "" or the default.
class JsonIn {
 public:
  explicit JsonIn(const std::string& text);
  ~JsonIn();

  bool good() const;
  bool has(const std::string& name) const;
  std::string str(const std::string& name) const;
  i64 num(const std::string& name, i64 otherwise) const;
  // The object of that name; not good when there is none.
  JsonIn inner(const std::string& name) const;
  // The objects in the list of that name.
  std::vector<JsonIn> list(const std::string& name) const;

  JsonIn(JsonIn&&) noexcept;

 private:
  struct Parsed;
  explicit JsonIn(std::unique_ptr<Parsed> parsed);
  std::unique_ptr<Parsed> parsed_;
};
