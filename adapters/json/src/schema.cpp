// SPDX-License-Identifier: Apache-2.0
#include "banyan/json/schema.hpp"

#include <cstdint>
#include <nlohmann/json.hpp>

#include "integers.hpp"

namespace banyan::json {
namespace {

using Json = nlohmann::ordered_json;

Json integer_schema(const Shape& shape) {
  Json schema{{"type", "integer"}};
  if (shape.bytes == 8) schema["format"] = shape.is_signed ? "int64" : "uint64";
  if (shape.bytes == 4 && shape.is_signed) schema["format"] = "int32";
  schema["minimum"] = Json::parse(smallest(shape));
  schema["maximum"] = Json::parse(largest(shape));
  return schema;
}

Json text_schema(const Shape& shape) {
  Json schema{{"type", "string"}};
  if (!shape.text->format.empty()) schema["format"] = shape.text->format;
  if (const std::string pattern = shape.text->pattern(); !pattern.empty()) {
    schema["pattern"] = pattern;
  }
  schema["description"] = shape.text->expected();
  return schema;
}

Json object_schema(const Shape& shape, Json& definitions, std::string_view prefix) {
  Json properties = Json::object();
  Json required = Json::array();
  for (const Field& field : shape.fields) {
    properties[std::string(field.name)] = schema(field, definitions, prefix);
    if (!is_optional(field)) required.push_back(field.name);
  }
  Json result{{"type", "object"}, {"properties", std::move(properties)}};
  if (!required.empty()) result["required"] = std::move(required);
  result["additionalProperties"] = false;
  return result;
}

Json enumeration_schema(const Shape& shape) {
  Json names = Json::array();
  for (const Enumerator& enumerator : shape.enumerators) names.push_back(enumerator.name);
  return {{"type", "string"}, {"enum", std::move(names)}};
}

Json reference(const Shape& shape, Json& definitions, std::string_view prefix) {
  const std::string name = definition_name(shape);
  if (!definitions.contains(name)) {
    definitions[name] = Json::object();  // stops the descent into a type that contains itself
    Json definition = shape.kind == Kind::Object ? object_schema(shape, definitions, prefix)
                                                 : enumeration_schema(shape);
    definitions[name] = std::move(definition);
  }
  return {{"$ref", std::string(prefix) + name}};
}

void put_limit(Json& schema, Kind kind, const Limit& limit) {
  const char* low = "minimum";
  const char* high = "maximum";
  if (kind == Kind::String) {
    low = "minLength";
    high = "maxLength";
  } else if (kind == Kind::Array) {
    low = "minItems";
    high = "maxItems";
  } else if (kind == Kind::Map) {
    low = "minProperties";
    high = "maxProperties";
  }
  if (limit.min) schema[low] = *limit.min;
  if (limit.max) schema[high] = *limit.max;
  if (limit.usual) schema["default"] = *limit.usual;
}

}  // namespace

std::string definition_name(const Shape& shape) {
  std::string name;
  std::string_view rest = shape.type_name;
  for (const std::string_view anonymous : {"{anonymous}::", "(anonymous namespace)::"}) {
    if (const std::size_t at = rest.find(anonymous); at != std::string_view::npos) {
      rest.remove_prefix(at + anonymous.size());
    }
  }
  for (std::size_t i = 0; i < rest.size(); ++i) {
    const char c = rest[i];
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '_' || c == '-';
    if (plain) {
      name += c;
    } else if (rest.substr(i).starts_with("::")) {
      name += '.';
      ++i;
    } else if (!name.ends_with('_')) {
      name += '_';
    }
  }
  while (name.ends_with('_')) name.pop_back();
  return name;
}

Json schema(const Shape& shape, Json& definitions, std::string_view prefix) {
  switch (shape.kind) {
    case Kind::Boolean: return {{"type", "boolean"}};
    case Kind::Integer: return integer_schema(shape);
    case Kind::Number: return {{"type", "number"}};
    case Kind::String: return {{"type", "string"}};
    case Kind::Text: return text_schema(shape);
    case Kind::Enumeration:
    case Kind::Object: return reference(shape, definitions, prefix);
    case Kind::Array:
      return {{"type", "array"},
              {"items", schema(shape.container->element(), definitions, prefix)}};
    case Kind::Map:
      return {{"type", "object"},
              {"additionalProperties", schema(shape.container->element(), definitions, prefix)}};
    case Kind::Optional: return schema(shape.container->element(), definitions, prefix);
  }
  return {};
}

Json schema(const Field& field, Json& definitions, std::string_view prefix) {
  Json result = schema(content_of(field), definitions, prefix);
  if (field.limit != nullptr) put_limit(result, content_of(field).kind, *field.limit);
  return result;
}

std::string schema_document(const Shape& shape) {
  Json definitions = Json::object();
  Json document{{"$schema", "https://json-schema.org/draft/2020-12/schema"}};
  document.update(schema(shape, definitions));
  if (!definitions.empty()) document["$defs"] = std::move(definitions);
  return document.dump(2);
}

}  // namespace banyan::json
