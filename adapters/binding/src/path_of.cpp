// SPDX-License-Identifier: Apache-2.0
#include "banyan/binding/path_of.hpp"

#include "banyan/binding/path_segments.hpp"
#include "banyan/binding/percent.hpp"
#include "banyan/json/writer.hpp"

namespace banyan::binding {

std::string path_of(std::string_view path, const json::Shape& shape, const void* value) {
  std::string text;
  for (const std::string_view segment : path_segments(path)) {
    text += '/';
    if (!segment.starts_with('{')) {
      text += segment;
      continue;
    }
    const json::Field* const field = json::find_field(shape, segment.substr(1, segment.size() - 2));
    std::string parameter;
    json::write_scalar(field->shape(), field->in(const_cast<void*>(value)), parameter);
    text += percent_encode(parameter);
  }
  return text;
}

}  // namespace banyan::binding
