// SPDX-License-Identifier: Apache-2.0
#include "json/writer.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <utility>

#include "integers.hpp"
#include "json/reader.hpp"
#include "json/utf8.hpp"

namespace banyan::json {
namespace {

void write_escaped(char c, std::string& out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default:
      out += "\\u00";
      out += kHex[static_cast<unsigned char>(c) >> 4U];
      out += kHex[static_cast<unsigned char>(c) & 0xFU];
  }
}

// False when the text is not UTF-8.
bool write_string(std::string_view text, std::string& out) {
  out += '"';
  while (!text.empty()) {
    const auto first = static_cast<unsigned char>(text.front());
    const std::size_t length = utf8_length(text);
    if (length == 0) return false;
    if (first < 0x20 || first == '"' || first == '\\') {
      write_escaped(text.front(), out);
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  out += '"';
  return true;
}

class Writer {
 public:
  explicit Writer(std::string& out, FieldMask mask = kAllFields) : out_(out), mask_(mask) {}

  void write(const Shape& shape, const void* value, const std::string& where) {
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

  void number(double number, const std::string& where) {
    if (!std::isfinite(number)) refuse(where, "a number that is not finite has no JSON");
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out_.append(digits.data(), end);
  }

  std::string_view name_of(const Shape& shape, const void* value, const std::string& where) {
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
  [[noreturn]] static void refuse(const std::string& where, const std::string& why) {
    throw NotWritable("cannot write " + (where.empty() ? "the value" : where) + " as JSON: " + why);
  }

  void string(std::string_view text, const std::string& where) {
    if (!write_string(text, out_)) refuse(where, "the text is not UTF-8");
  }

  void object(const Shape& shape, const void* value, const std::string& where) {
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
      step(field.shape(), content, where, field.name);
    }
    out_ += '}';
  }

  struct Elements {
    Writer* writer;
    const Shape* shape;
    const Shape* element;
    const std::string* where;
    std::size_t index;
  };

  void container(const Shape& shape, const void* value, const std::string& where, char open,
                 char close) {
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
      step(*elements.element, value, *elements.where, key);
    } else {
      step(*elements.element, value, *elements.where, std::to_string(elements.index - 1));
    }
  }

  // The place is needed only for what may be refused.
  void step(const Shape& shape, const void* value, const std::string& where, std::string_view key) {
    if (shape.kind == Kind::Integer || shape.kind == Kind::Boolean) {
      write(shape, value, where);
    } else {
      write(shape, value, pointer_to(where, key));
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
