// json.cpp -- see json.h. (C, 2019)
#include "json.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <cstdio>

void Json::put_name(const std::string& name) {
  if (!first_) text_ += ',';
  first_ = false;
  if (!name.empty()) text_ += json_quoted(name) + ':';
}

void Json::begin(const std::string& name) {
  put_name(name);
  text_ += '{';
  first_ = true;
}

void Json::end() {
  text_ += '}';
  first_ = false;
}

void Json::begin_list(const std::string& name) {
  put_name(name);
  text_ += '[';
  first_ = true;
}

void Json::end_list() {
  text_ += ']';
  first_ = false;
}

void Json::str(const std::string& name, const std::string& value) {
  put_name(name);
  text_ += json_quoted(value);
}

void Json::num(const std::string& name, i64 value) {
  put_name(name);
  text_ += std::to_string(value);
}

void Json::boolean(const std::string& name, bool value) {
  put_name(name);
  text_ += value ? "true" : "false";
}

void Json::money(const std::string& name, i64 minor, const std::string& currency) {
  begin(name);
  num("minor_units", minor);
  str("currency", currency);
  end();
}

void Json::raw(const std::string& name, const std::string& json) {
  put_name(name);
  text_ += json;
}

std::string json_quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          char code[8];
          std::snprintf(code, sizeof code, "\\u%04x", static_cast<unsigned>(c));
          out += code;
        } else {
          out += c;
        }
    }
  }
  return out + '"';
}

struct JsonIn::Parsed {
  Poco::JSON::Object::Ptr object;
};

JsonIn::JsonIn(const std::string& text) : parsed_(new Parsed) {
  try {
    Poco::JSON::Parser parser;
    const auto result = parser.parse(text.empty() ? std::string("{}") : text);
    parsed_->object = result.extract<Poco::JSON::Object::Ptr>();
  } catch (const Poco::Exception&) {
    parsed_->object = nullptr;
  }
}

JsonIn::JsonIn(std::unique_ptr<Parsed> parsed) : parsed_(std::move(parsed)) {}
JsonIn::JsonIn(JsonIn&&) noexcept = default;
JsonIn::~JsonIn() = default;

bool JsonIn::good() const { return !parsed_->object.isNull(); }

bool JsonIn::has(const std::string& name) const { return good() && parsed_->object->has(name); }

std::string JsonIn::str(const std::string& name) const {
  if (!has(name)) return "";
  const auto value = parsed_->object->get(name);
  return value.isString() ? value.convert<std::string>() : "";
}

i64 JsonIn::num(const std::string& name, i64 otherwise) const {
  if (!has(name)) return otherwise;
  const auto value = parsed_->object->get(name);
  if (!value.isInteger()) return otherwise;
  try {
    return value.convert<Poco::Int64>();
  } catch (const Poco::Exception&) {
    return otherwise;
  }
}

JsonIn JsonIn::inner(const std::string& name) const {
  std::unique_ptr<Parsed> parsed(new Parsed);
  if (good()) parsed->object = parsed_->object->getObject(name);
  return JsonIn(std::move(parsed));
}

std::vector<JsonIn> JsonIn::list(const std::string& name) const {
  std::vector<JsonIn> all;
  if (!good()) return all;
  const auto array = parsed_->object->getArray(name);
  if (array.isNull()) return all;
  for (unsigned i = 0; i < array->size(); ++i) {
    std::unique_ptr<Parsed> parsed(new Parsed);
    parsed->object = array->getObject(i);
    all.push_back(JsonIn(std::move(parsed)));
  }
  return all;
}
