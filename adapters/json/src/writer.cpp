// SPDX-License-Identifier: Apache-2.0
#include "banyan/json/writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <utility>

#include "banyan/json/reader.hpp"
#include "banyan/json/utf8.hpp"
#include "banyan/kernel/json_text.hpp"
#include "integers.hpp"

namespace banyan::json {
namespace {

constexpr bool is_plain(char c) {
  return static_cast<unsigned char>(c) < 0x80 && !needs_json_escape(c);
}

// False when the text is not UTF-8.
bool write_string(std::string_view text, std::string& out) {
  out += '"';
  while (!text.empty()) {
    const auto special = std::ranges::find_if_not(text, is_plain);
    const auto plain = static_cast<std::size_t>(special - text.begin());
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    const std::size_t length = utf8_length(text);
    if (length == 0) return false;
    if (needs_json_escape(text.front())) {
      append_json_escape(out, text.front());
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  out += '"';
  return true;
}

/// Where in the value something stands: a step from the place around it. Its pointer is made only
/// when something is refused.
struct Place {
  const Place* around = nullptr;  ///< null: the whole value
  std::string_view key{};
  std::size_t index = 0;
  bool is_element = false;

  std::string pointer() const {
    if (around == nullptr) return {};
    return is_element ? pointer_to(around->pointer(), index) : pointer_to(around->pointer(), key);
  }
};

class Writer {
 public:
  explicit Writer(std::string& out, FieldMask mask = kAllFields) : out_(out), mask_(mask) {}

  void write(const Shape& shape, const void* value, const Place& where) {
    switch (shape.kind) {
      case Kind::Boolean: out_ += *static_cast<const bool*>(value) ? "true" : "false"; return;
      case Kind::Integer: integer(shape, value); return;
      case Kind::Number: number(*static_cast<const double*>(value), where); return;
      case Kind::String: string(*static_cast<const std::string*>(value), where); return;
      case Kind::Text: string(shape.text->print(value), where); return;
      case Kind::Enumeration:
        out_ += '"';
        out_ += name_of(shape, value, where);
        out_ += '"';
        return;
      case Kind::Object: object(shape, value, where); return;
      case Kind::Array: container(shape, value, where, '[', ']'); return;
      case Kind::Map: container(shape, value, where, '{', '}'); return;
      case Kind::Optional: container(shape, value, where, '\0', '\0'); return;
    }
  }

  void integer(const Shape& shape, const void* value) {
    with_integer_type(shape, [&](auto number) {
      std::memcpy(&number, value, sizeof number);
      std::array<char, 24> digits{};
      const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
      out_.append(digits.data(), end);
    });
  }

  void number(double number, const Place& where) {
    if (!std::isfinite(number)) refuse(where, "a number that is not finite has no JSON");
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out_.append(digits.data(), end);
  }

  std::string_view name_of(const Shape& shape, const void* value, const Place& where) {
    const auto number = with_integer_type(shape, [&](auto integer) {
      std::memcpy(&integer, value, sizeof integer);
      return static_cast<std::int64_t>(integer);
    });
    for (const Enumerator& enumerator : shape.enumerators) {
      if (enumerator.value == number) return enumerator.name;
    }
    refuse(where, std::to_string(number) + " is none of the enumerators of " +
                      std::string(shape.type_name));
  }

 private:
  [[noreturn]] static void refuse(const Place& where, const std::string& why) {
    const std::string place = where.pointer();
    throw NotWritable("cannot write " + (place.empty() ? "the value" : place) + " as JSON: " + why);
  }

  void string(std::string_view text, const Place& where) {
    if (!write_string(text, out_)) refuse(where, "the text is not UTF-8");
  }

  void object(const Shape& shape, const void* value, const Place& where) {
    out_ += '{';
    bool first = true;
    FieldMask mask = std::exchange(mask_, kAllFields);  // of the outermost object only
    for (const Field& field : shape.fields) {
      const bool wanted = (mask & 1U) != 0;
      mask >>= 1U;
      if (!wanted) continue;
      // Only to find the field; nothing is changed through it.
      const void* const content = field.in(const_cast<void*>(value));
      if (is_optional(field) && field.shape().container->size(content) == 0) continue;
      if (!first) out_ += ',';
      first = false;
      out_ += '"';
      out_ += field.name;
      out_ += "\":";
      write(field.shape(), content, {.around = &where, .key = field.name});
    }
    out_ += '}';
  }

  struct Elements {
    Writer* writer;
    const Shape* shape;
    const Shape* element;
    const Place* where;
    std::size_t index;
  };

  void container(const Shape& shape, const void* value, const Place& where, char open, char close) {
    if (open != '\0') out_ += open;
    Elements elements{this, &shape, &shape.container->element(), &where, 0};
    shape.container->each(value, &elements,
                          [](void* visitor, std::string_view key, const void* element) {
                            static_cast<Elements*>(visitor)->writer->element(
                                *static_cast<Elements*>(visitor), key, element);
                          });
    if (close != '\0') out_ += close;
  }

  void element(Elements& elements, std::string_view key, const void* value) {
    if (elements.index++ > 0) out_ += ',';
    if (elements.shape->kind == Kind::Optional) {
      write(*elements.element, value, *elements.where);
    } else if (elements.shape->kind == Kind::Map) {
      string(key, *elements.where);
      out_ += ':';
      write(*elements.element, value, {.around = elements.where, .key = key});
    } else {
      write(*elements.element, value,
            {.around = elements.where, .index = elements.index - 1, .is_element = true});
    }
  }

  std::string& out_;
  FieldMask mask_;
};

}  // namespace

void write_json(const Shape& shape, const void* value, std::string& out, FieldMask mask) {
  Writer(out, mask).write(shape, value, {});
}

void write_scalar(const Shape& shape, const void* value, std::string& out) {
  switch (shape.kind) {
    case Kind::String: out += *static_cast<const std::string*>(value); return;
    case Kind::Text: out += shape.text->print(value); return;
    case Kind::Enumeration: out += Writer(out).name_of(shape, value, {}); return;
    default: Writer(out).write(shape, value, {});
  }
}

}  // namespace banyan::json
