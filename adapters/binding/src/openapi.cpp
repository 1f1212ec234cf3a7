// SPDX-License-Identifier: Apache-2.0
#include "binding/openapi.hpp"

#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "binding/request_codec.hpp"
#include "json/schema.hpp"

namespace banyan::binding {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kSchemas = "#/components/schemas/";

std::string lower(std::string_view method) {
  std::string text(method);
  for (char& c : text) c = static_cast<char>(c - 'A' + 'a');
  return text;
}

Json problem_schema() {
  Json codes = Json::array();
  for (auto code = ErrorCode::InvalidArgument;;
       code = static_cast<ErrorCode>(static_cast<int>(code) + 1)) {
    codes.push_back(to_string(code));
    if (code == ErrorCode::Internal) break;
  }
  const Json text{{"type", "string"}};
  const Json place{{"type", "object"},
                   {"properties",
                    {{"where",
                      {{"type", "string"},
                       {"description", "JSON pointer into the request; \"\" is the whole of it"}}},
                     {"problem", text}}},
                   {"required", {"where", "problem"}}};
  return {{"type", "object"},
          {"description",
           "Problem details (RFC 9457). Programs go by code and rule, never by the text."},
          {"properties",
           {{"type", {{"type", "string"}, {"format", "uri-reference"}}},
            {"title", text},
            {"status", {{"type", "integer"}}},
            {"detail", text},
            {"code", {{"type", "string"}, {"enum", std::move(codes)}}},
            {"rule", {{"type", "string"}, {"description", "the stable name of the broken rule"}}},
            {"details", {{"type", "array"}, {"items", place}}},
            {"correlation_id", text}}},
          {"required", {"status", "code", "rule", "detail"}}};
}

// The operation's own rules, or one of the kit's.
Json rules_schema(const Operation& operation) {
  Json kit{{"type", "string"}, {"pattern", "^banyan\\."}};
  if (operation.errors.count == 0) return kit;
  Json names = Json::array();
  for (const std::string_view rule : operation.errors) names.push_back(rule);
  return {{"anyOf", {Json{{"type", "string"}, {"enum", std::move(names)}}, std::move(kit)}}};
}

class Document {
 public:
  Json write(const ApiInfo& info, const std::vector<PortDescription>& ports) {
    Json tags = Json::array();
    Json paths = Json::object();
    for (const PortDescription& port : ports) {
      Json tag{{"name", port.port->name}};
      if (!port.port->summary.empty()) tag["description"] = port.port->summary;
      tag["x-banyan-version"] =
          std::to_string(port.port->version.major) + '.' + std::to_string(port.port->version.minor);
      tags.push_back(std::move(tag));
      for (const OperationDescription& operation : port.operations) {
        paths[std::string(operation.at.path)][lower(operation.at.method)] =
            operation_object(*port.port, operation);
      }
    }
    Json schemas = all_schemas();
    Json about{{"title", info.title}, {"version", info.version}};
    if (!info.description.empty()) about["description"] = info.description;
    return {
        {"openapi", "3.1.0"},
        {"info", std::move(about)},
        {"servers", {{{"url", "/"}}}},
        {"tags", std::move(tags)},
        {"paths", std::move(paths)},
        {"components",
         {{"schemas", std::move(schemas)},
          {"parameters",
           {{"IdempotencyKey",
             {{"name", "Idempotency-Key"},
              {"in", "header"},
              {"required", true},
              {"description",
               "New for each action and the same for its repetitions, which then change nothing."},
              {"schema", {{"type", "string"}, {"minLength", 1}, {"maxLength", 255}}}}}}}}}};
  }

 private:
  Json operation_object(const PortInfo& port, const OperationDescription& described) {
    const Operation& operation = *described.operation;
    Json object{{"operationId", std::string(port.name) + '.' + std::string(operation.name)},
                {"tags", {port.name}}};
    if (!operation.summary.empty()) object["summary"] = operation.summary;
    std::string description;
    if (!operation.precondition.empty()) {
      description += "Before: " + std::string(operation.precondition) + ".";
    }
    if (!operation.postcondition.empty()) {
      description += (description.empty() ? "After: " : "\n\nAfter: ") +
                     std::string(operation.postcondition) + ".";
    }
    if (!description.empty()) object["description"] = description;
    object["x-banyan-effect"] = to_string(operation.effect);
    object["x-banyan-idempotency"] = to_string(operation.idempotency);
    if (Json list = parameters(described); !list.empty()) object["parameters"] = std::move(list);
    if (Json body = request_body(described); !body.is_null())
      object["requestBody"] = std::move(body);
    object["responses"] = responses(described);
    return object;
  }

  Json parameters(const OperationDescription& described) {
    Json list = Json::array();
    const bool body = has_body(*described.operation, described.at);
    for (const json::Field& field : described.request->fields) {
      const bool in_path = is_parameter_of(described.at.path, field.name);
      if (!in_path && body) continue;
      const bool required =
          in_path || (!json::is_optional(field) && field.shape().kind != json::Kind::Array);
      Json parameter{{"name", field.name}, {"in", in_path ? "path" : "query"}};
      if (required) parameter["required"] = true;
      parameter["schema"] = json::schema(field, asked_, kSchemas);
      list.push_back(std::move(parameter));
    }
    if (described.operation->idempotency == Idempotency::ByKey) {
      list.push_back({{"$ref", "#/components/parameters/IdempotencyKey"}});
    }
    return list;
  }

  Json request_body(const OperationDescription& described) {
    if (!has_body(*described.operation, described.at)) return nullptr;
    Json properties = Json::object();
    Json required = Json::array();
    for (const json::Field& field : described.request->fields) {
      if (is_parameter_of(described.at.path, field.name)) continue;
      properties[std::string(field.name)] = json::schema(field, asked_, kSchemas);
      if (!json::is_optional(field)) required.push_back(field.name);
    }
    if (properties.empty()) return nullptr;
    const bool needed = !required.empty();
    Json schema;
    if (properties.size() == described.request->fields.size()) {
      schema = json::schema(*described.request, asked_, kSchemas);
    } else {
      schema = {{"type", "object"}, {"properties", std::move(properties)}};
      if (needed) schema["required"] = std::move(required);
      schema["additionalProperties"] = false;
    }
    return {{"required", needed},
            {"content", {{"application/json", {{"schema", std::move(schema)}}}}}};
  }

  Json responses(const OperationDescription& described) {
    const bool created =
        described.operation->effect == Effect::Write && described.at.method == "POST";
    const Json problem{{"allOf",
                        {Json{{"$ref", std::string(kSchemas) + "Problem"}},
                         Json{{"type", "object"},
                              {"properties", {{"rule", rules_schema(*described.operation)}}}}}}};
    return {
        {created ? "201" : "200",
         {{"description", created ? "Done, and something is there that was not." : "Done."},
          {"content",
           {{"application/json",
             {{"schema", json::schema(*described.response, answered_, kSchemas)}}}}}}},
        {"default",
         {{"description", "It did not happen, and why; after 503 and 504 it may have happened."},
          {"content", {{"application/problem+json", {{"schema", problem}}}}}}}};
  }

  // Asking is strict, reading is tolerant: a type that only answers are made of may grow fields
  // without its readers having to know.
  Json all_schemas() {
    Json all = std::move(answered_);
    for (auto& [name, schema] : all.items()) {
      if (schema.value("additionalProperties", Json()) == Json(false)) {
        schema.erase("additionalProperties");
      }
    }
    for (auto& [name, schema] : asked_.items()) all[name] = std::move(schema);
    all["Problem"] = problem_schema();
    return all;
  }

  Json asked_ = Json::object();     ///< definitions that requests use
  Json answered_ = Json::object();  ///< definitions that answers use
};

}  // namespace

std::string openapi(const ApiInfo& info, const std::vector<PortDescription>& ports) {
  return Document().write(info, ports).dump(2) + '\n';
}

}  // namespace banyan::binding
