// SPDX-License-Identifier: Apache-2.0
#include "banyan/json/reader.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "banyan/json/depth.hpp"
#include "banyan/json/listed.hpp"
#include "banyan/json/utf8.hpp"
#include "banyan/kernel/nearest.hpp"
#include "scalars.hpp"

namespace banyan::json {
namespace {

using Json = nlohmann::json;

// nlohmann recurses without a limit and a document of a million brackets is legal JSON, so the
// depth is looked at before it sees a byte.
std::optional<std::string> refuse_unread(std::string_view text, const Bounds& bounds) {
  if (text.size() > bounds.max_bytes) {
    return "has " + std::to_string(text.size()) + " bytes; at most " +
           std::to_string(bounds.max_bytes) + " are accepted";
  }
  if (is_nested_deeper(text, bounds.max_depth)) {
    return "is nested deeper than " + std::to_string(bounds.max_depth) + " levels";
  }
  return std::nullopt;
}

// "[json.exception.parse_error.101] parse error at line 1, column 2: …" without its first word,
// and without the bytes that made it fail.
std::string readable(std::string_view what) {
  const std::size_t head = what.find("] ");
  if (head != std::string_view::npos) what.remove_prefix(head + 2);
  std::string text;
  for (const char c : what) text += c >= ' ' && c <= '~' ? c : '?';
  return text;
}

// Writes what the parser reports straight into the value, and knows at every moment where it is.
class Builder final : public nlohmann::json_sax<Json> {
 public:
  Builder(const Shape& shape, void* value, Reading reading, FieldMask mask, Problems& problems)
      : root_{&shape, value, nullptr}, reading_(reading), mask_(mask), problems_(problems) {}

  bool null() override {
    const Slot slot = next();
    if (slot.shape == nullptr) return go_on();
    return wrong(slot, slot.optional ? "must not be null: leave the field out"
                                     : "expected " + expected(*slot.shape) + ", got null");
  }

  bool boolean(bool flag) override {
    const Slot slot = next();
    return slot.shape == nullptr ? go_on() : wrong(slot, reader(slot).boolean(flag));
  }

  bool number_integer(number_integer_t number) override {
    const Slot slot = next();
    return slot.shape == nullptr ? go_on()
                                 : wrong(slot, reader(slot).integer(std::int64_t{number}));
  }

  bool number_unsigned(number_unsigned_t number) override {
    const Slot slot = next();
    return slot.shape == nullptr ? go_on()
                                 : wrong(slot, reader(slot).integer(std::uint64_t{number}));
  }

  bool number_float(number_float_t number, const string_t& raw) override {
    const Slot slot = next();
    return slot.shape == nullptr ? go_on() : wrong(slot, reader(slot).number(number, raw));
  }

  bool string(string_t& text) override {
    const Slot slot = next();
    return slot.shape == nullptr ? go_on() : wrong(slot, reader(slot).text(text));
  }

  bool binary(binary_t& /*bytes*/) override { return false; }

  bool start_object(std::size_t /*size*/) override {
    const Slot slot = next();
    Frame frame{.slot = slot, .is_object = true};
    if (slot.shape != nullptr) {
      if (slot.shape->kind == Kind::Object) {
        frame.expected = fields_of(*slot.shape);
      } else if (slot.shape->kind != Kind::Map) {
        report_wrong_type(slot, "an object");
        frame.slot.shape = nullptr;
      }
    }
    frames_.push_back(std::move(frame));
    return go_on();
  }

  bool key(string_t& name) override {
    Frame& frame = frames_.back();
    frame.key = std::move(name);
    frame.field = nullptr;
    frame.ignore_next = false;
    const Shape* shape = frame.slot.shape;
    if (shape != nullptr && shape->kind == Kind::Object) return known_field(frame);
    if (std::ranges::find(frame.keys, frame.key) != frame.keys.end()) return duplicate(frame);
    frame.keys.push_back(frame.key);
    if (shape != nullptr && !count_characters(frame.key)) frame.ignore_next = true;
    return go_on();
  }

  bool end_object() override {
    const Frame frame = std::move(frames_.back());
    frames_.pop_back();
    if (frame.slot.shape == nullptr) return go_on();
    if (frame.slot.shape->kind == Kind::Map) return check_container(frame, "key");
    const std::span<const Field> fields = frame.slot.shape->fields;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const FieldMask bit = FieldMask{1} << i;
      if ((frame.expected & bit) == 0 || (frame.seen & bit) != 0 || is_optional(fields[i]))
        continue;
      problems_.add(pointer_to(here(), fields[i].name),
                    "missing; expected " + expected(fields[i].shape()));
    }
    return go_on();
  }

  bool start_array(std::size_t /*size*/) override {
    const Slot slot = next();
    Frame frame{.slot = slot, .is_object = false};
    if (slot.shape != nullptr && slot.shape->kind != Kind::Array) {
      report_wrong_type(slot, "an array");
      frame.slot.shape = nullptr;
    }
    frames_.push_back(std::move(frame));
    return go_on();
  }

  bool end_array() override {
    const Frame frame = std::move(frames_.back());
    frames_.pop_back();
    return frame.slot.shape == nullptr ? go_on() : check_container(frame, "item");
  }

  bool parse_error(std::size_t /*position*/, const std::string& /*last_token*/,
                   const nlohmann::detail::exception& fault) override {
    problems_.not_json(where_parsing_stopped(), readable(fault.what()));
    return false;
  }

 private:
  // Where the next value goes; no shape when it is to be ignored.
  struct Slot {
    const Shape* shape = nullptr;
    void* value = nullptr;
    const Limit* limit = nullptr;
    bool optional = false;
  };

  struct Frame {
    Slot slot;
    bool is_object;
    FieldMask expected = 0;
    FieldMask seen = 0;
    const Field* field = nullptr;  // of the key that was read last
    bool ignore_next = false;
    std::string key{};
    std::vector<std::string> keys{};  // of maps and of what is ignored
    std::size_t index = 0;            // of the element that comes next
  };

  static ScalarReader reader(const Slot& slot) { return {*slot.shape, slot.value, slot.limit}; }

  bool go_on() const { return !problems_.full(); }

  bool wrong(const Slot& /*slot*/, std::string problem) {
    if (!problem.empty()) problems_.add(here(), std::move(problem));
    return go_on();
  }

  void report_wrong_type(const Slot& slot, std::string_view got) {
    problems_.add(here(), reader(slot).wrong_type(got));
  }

  FieldMask fields_of(const Shape& shape) const {
    const std::size_t count = shape.fields.size();
    const FieldMask all = count == kMaxFields ? kAllFields : (FieldMask{1} << count) - FieldMask{1};
    return frames_.empty() ? all & mask_ : all;
  }

  Slot next() {
    if (frames_.empty()) return root_;
    Frame& frame = frames_.back();
    if (!frame.is_object) ++frame.index;
    const Slot& slot = frame.slot;
    if (slot.shape == nullptr || frame.ignore_next) return {};
    if (slot.shape->kind != Kind::Object) {
      const Container& container = *slot.shape->container;
      return {&container.element(), container.add(slot.value, frame.key), nullptr};
    }
    const Field& field = *frame.field;
    void* const place = field.in(slot.value);
    if (!is_optional(field)) return {&field.shape(), place, field.limit};
    return {&content_of(field), field.shape().container->add(place, {}), field.limit, true};
  }

  bool known_field(Frame& frame) {
    const Shape& shape = *frame.slot.shape;
    frame.field = find_field(shape, frame.key);
    if (frame.field == nullptr) {
      frame.ignore_next = true;
      if (std::ranges::find(frame.keys, frame.key) != frame.keys.end()) return duplicate(frame);
      frame.keys.push_back(frame.key);
      if (reading_ == Reading::Strict) problems_.add(here(), unknown_field(frame));
      return go_on();
    }
    const FieldMask bit = FieldMask{1}
                          << static_cast<std::size_t>(frame.field - shape.fields.data());
    if ((frame.expected & bit) == 0) {
      frame.ignore_next = true;
      problems_.add(here(), "is given by the path: leave it out of the body");
      return go_on();
    }
    if ((frame.seen & bit) != 0) return duplicate(frame);
    frame.seen |= bit;
    return go_on();
  }

  bool duplicate(Frame& frame) {
    frame.ignore_next = true;
    problems_.add(here(), "is there twice");
    return go_on();
  }

  static std::string unknown_field(const Frame& frame) {
    std::vector<std::string_view> known;
    const std::span<const Field> fields = frame.slot.shape->fields;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if ((frame.expected & (FieldMask{1} << i)) != 0) known.push_back(fields[i].name);
    }
    if (const auto meant = nearest(frame.key, known)) {
      return "unknown field; did you mean \"" + std::string(*meant) + "\"?";
    }
    return known.empty() ? "unknown field; there are none here"
                         : "unknown field; known are " + listed(known);
  }

  bool check_container(const Frame& frame, std::string_view unit) {
    std::string problem =
        check_size(frame.slot.limit, frame.slot.shape->container->size(frame.slot.value), unit);
    if (!problem.empty()) problems_.add(here(), std::move(problem));
    return go_on();
  }

  // The pointer to the value that is being read.
  std::string here() const {
    std::string pointer;
    for (const Frame& frame : frames_) {
      if (frame.is_object) {
        pointer = pointer_to(pointer, frame.key);
      } else {
        pointer = pointer_to(pointer, frame.index - 1);
      }
    }
    return pointer;
  }

  // The last container that was entered: an element may not have begun yet.
  std::string where_parsing_stopped() const {
    std::string pointer;
    for (std::size_t i = 0; i + 1 < frames_.size(); ++i) {
      const Frame& frame = frames_[i];
      pointer =
          frame.is_object ? pointer_to(pointer, frame.key) : pointer_to(pointer, frame.index - 1);
    }
    return pointer;
  }

  const Slot root_;
  const Reading reading_;
  const FieldMask mask_;
  Problems& problems_;
  std::vector<Frame> frames_;
};

}  // namespace

bool is_nested_deeper(std::string_view text, std::size_t levels) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > levels) return true;
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
    }
  }
  return false;
}

void read_json(const Shape& shape, void* value, std::string_view text, Reading reading,
               const Bounds& bounds, FieldMask mask, Problems& problems) {
  if (auto refusal = refuse_unread(text, bounds)) {
    problems.not_json("", std::move(*refusal));
    return;
  }
  Builder builder(shape, value, reading, mask, problems);
  Json::sax_parse(text.begin(), text.end(), &builder);
}

}  // namespace banyan::json
