// SPDX-License-Identifier: Apache-2.0
#include "scalars.hpp"

#include <charconv>
#include <cmath>
#include <cstring>
#include <vector>

#include "banyan/json/listed.hpp"
#include "banyan/json/utf8.hpp"
#include "banyan/kernel/in_quotes.hpp"
#include "banyan/kernel/nearest.hpp"
#include "integers.hpp"

namespace banyan::json {
namespace {

constexpr std::size_t kLongestQuote = 40;

std::vector<std::string_view> names_of(const Shape& enumeration) {
  std::vector<std::string_view> names;
  for (const Enumerator& enumerator : enumeration.enumerators) names.push_back(enumerator.name);
  return names;
}

std::string counted(std::int64_t count, std::string_view unit) {
  return std::to_string(count) + ' ' + std::string(unit) + (count == 1 ? "" : "s");
}

/// A long one is not repeated.
std::string shown(std::string_view text) {
  return text.size() <= kLongestQuote ? in_quotes(text) : "another text";
}

bool only_digits(std::string_view raw) {
  return raw.find_first_not_of("-0123456789") == std::string_view::npos;
}

template <class Number>
std::string check_value(const Limit* limit, Number number, std::string_view raw) {
  if (limit == nullptr || limit->refused_by_module) return {};
  const auto below = [&](std::int64_t bound) {
    if constexpr (std::is_floating_point_v<Number>) {
      return number < static_cast<double>(bound);
    } else {
      return std::cmp_less(number, bound);
    }
  };
  const auto above = [&](std::int64_t bound) {
    if constexpr (std::is_floating_point_v<Number>) {
      return number > static_cast<double>(bound);
    } else {
      return std::cmp_greater(number, bound);
    }
  };
  if (limit->min && below(*limit->min)) {
    return "must be at least " + std::to_string(*limit->min) + ", got " + std::string(raw);
  }
  if (limit->max && above(*limit->max)) {
    return "must be at most " + std::to_string(*limit->max) + ", got " + std::string(raw);
  }
  return {};
}

}  // namespace

std::string check_size(const Limit* limit, std::size_t size, std::string_view unit) {
  if (limit == nullptr || limit->refused_by_module) return {};
  if (limit->min && std::cmp_less(size, *limit->min)) {
    return "needs at least " + counted(*limit->min, unit) + ", has " + std::to_string(size);
  }
  if (limit->max && std::cmp_greater(size, *limit->max)) {
    return "may have at most " + counted(*limit->max, unit) + ", has " + std::to_string(size);
  }
  return {};
}

std::string ScalarReader::wrong_type(std::string_view got) const {
  return "expected " + expected(shape_) + ", got " + std::string(got);
}

std::string ScalarReader::boolean(bool flag) const {
  if (shape_.kind != Kind::Boolean) return wrong_type(flag ? "true" : "false");
  std::memcpy(value_, &flag, sizeof flag);
  return {};
}

std::string ScalarReader::integer(std::int64_t number) const { return any_integer(number); }
std::string ScalarReader::integer(std::uint64_t number) const { return any_integer(number); }

template <class Integer>
std::string ScalarReader::any_integer(Integer number) const {
  const std::string raw = std::to_string(number);
  if (shape_.kind == Kind::Number) return this->number(static_cast<double>(number), raw);
  if (shape_.kind != Kind::Integer || !store_integer(shape_, value_, number)) {
    return wrong_type(raw);
  }
  return check_value(limit_, number, raw);
}

std::string ScalarReader::number(double number, std::string_view raw) const {
  if (shape_.kind == Kind::Integer) {
    return wrong_type(only_digits(raw) ? raw.substr(0, kLongestQuote)
                                       : std::string(raw.substr(0, kLongestQuote)) +
                                             ", which has a fraction or an exponent");
  }
  if (shape_.kind != Kind::Number || !std::isfinite(number)) return wrong_type(raw);
  std::memcpy(value_, &number, sizeof number);
  return check_value(limit_, number, raw);
}

std::string ScalarReader::text(std::string_view text) const {
  if (shape_.kind == Kind::Enumeration) return enumerator(text);
  if (shape_.kind == Kind::Text) {
    if (shape_.text->parse(text, value_)) return {};
    return wrong_type(shown(text));
  }
  if (shape_.kind != Kind::String) return wrong_type("a string");
  const auto characters = count_characters(text);
  if (!characters) return "is not UTF-8";
  if (text.find('\0') != std::string_view::npos) return "must not contain the character U+0000";
  *static_cast<std::string*>(value_) = text;
  return check_size(limit_, *characters, "character");
}

std::string ScalarReader::enumerator(std::string_view text) const {
  for (const Enumerator& candidate : shape_.enumerators) {
    if (candidate.name != text) continue;
    if (shape_.is_signed) {
      store_integer(shape_, value_, candidate.value);
    } else {
      store_integer(shape_, value_, static_cast<std::uint64_t>(candidate.value));
    }
    return {};
  }
  std::string problem = wrong_type(shown(text));
  if (text.size() > kLongestQuote) return problem;
  if (const auto meant = nearest(text, names_of(shape_))) {
    problem += "; did you mean \"" + std::string(*meant) + "\"?";
  }
  return problem;
}

std::string expected(const Shape& shape) {
  switch (shape.kind) {
    case Kind::Boolean: return "true or false";
    case Kind::Integer:
      if (shape.bytes < 8) return "an integer from " + smallest(shape) + " to " + largest(shape);
      return shape.is_signed ? "an integer of 64 bits" : "an integer of 64 bits, not negative";
    case Kind::Number: return "a number";
    case Kind::String: return "a string";
    case Kind::Text: return shape.text->expected();
    case Kind::Enumeration: return "one of " + listed(names_of(shape));
    case Kind::Object: return "an object";
    case Kind::Array: return "an array";
    case Kind::Map: return "an object";
    case Kind::Optional: return expected(shape.container->element());
  }
  return "a value";
}

void read_scalar(const Shape& shape, void* value, std::string_view text, const Limit* limit,
                 const std::string& where, Problems& problems) {
  const ScalarReader reader(shape, value, limit);
  std::string problem;
  if (shape.kind == Kind::Boolean) {
    problem = text == "true" || text == "false" ? reader.boolean(text == "true")
                                                : reader.wrong_type(shown(text));
  } else if (shape.kind == Kind::Integer) {
    const char* const end = text.data() + text.size();
    std::int64_t negative = 0;
    std::uint64_t positive = 0;
    // What from_chars lets through besides JSON's integers: leading zeros.
    const std::string_view digits = text.substr(text.starts_with('-') ? 1 : 0);
    const bool canonical = digits == "0" || (!digits.empty() && digits.front() != '0');
    if (const auto [at, fault] = std::from_chars(text.data(), end, positive);
        canonical && fault == std::errc{} && at == end) {
      problem = reader.integer(positive);
    } else if (const auto [stop, other] = std::from_chars(text.data(), end, negative);
               canonical && other == std::errc{} && stop == end) {
      problem = reader.integer(negative);
    } else {
      problem = reader.wrong_type(shown(text));
    }
  } else if (shape.kind == Kind::Number) {
    const char* const end = text.data() + text.size();
    double number = 0;
    const auto [at, fault] = std::from_chars(text.data(), end, number);
    problem = fault == std::errc{} && at == end ? reader.number(number, text)
                                                : reader.wrong_type(shown(text));
  } else {
    problem = reader.text(text);
  }
  if (!problem.empty()) problems.add(where, std::move(problem));
}

void check_items(const Limit* limit, std::size_t size, const std::string& where,
                 Problems& problems) {
  std::string problem = check_size(limit, size, "item");
  if (!problem.empty()) problems.add(where, std::move(problem));
}

}  // namespace banyan::json
