// SPDX-License-Identifier: Apache-2.0
#include "banyan/binding/openapi.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "banyan/binding/once.hpp"
#include "banyan/binding/problem.hpp"
#include "banyan/binding/request_codec.hpp"
#include "banyan/json/schema.hpp"
#include "banyan/kernel/version.hpp"
#include "preconditions.hpp"

namespace banyan::binding {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kSchemas = "#/components/schemas/";
constexpr std::string_view kExampleCorrelation = "5f0c9a3e7b1d4c2f8e6a0b9d7c5e3f1a";

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

// What answers have in addition for who accepts application/hal+json.
Json links_schema() {
  const Json text{{"type", "string"}};
  const Json link{
      {"type", "object"},
      {"properties",
       {{"href", {{"type", "string"}, {"format", "uri-reference"}}},
        {"name",
         {{"type", "string"}, {"description", "the operation: its operationId ends with it"}}},
        {"title", text}}},
      {"required", {"href"}}};
  return {{"type", "object"},
          {"properties",
           {{"_links",
             {{"type", "object"},
              {"description", "What can be done next, by relation (HAL)"},
              {"additionalProperties", link}}}}},
          {"required", {"_links"}}};
}

// The operation's own rules, or one of the kit's: of the binding, or of what the call passes on its
// way (the engine, the proxy).
Json rules_schema(const Operation& operation) {
  Json kit{{"type", "string"}, {"pattern", "^(banyan|http|proxy)\\."}};
  if (operation.errors.count == 0) return kit;
  Json names = Json::array();
  for (const std::string_view rule : operation.errors) names.push_back(rule);
  return {{"anyOf", {Json{{"type", "string"}, {"enum", std::move(names)}}, std::move(kit)}}};
}

std::string failure_text(const Operation& operation) {
  std::string text = "It did not happen, and why.";
  if (operation.effect == Effect::Read) return text;
  text +=
      " After a status of 500 and more it may have happened all the same, unless rule or detail"
      " say that nothing was done";
  switch (operation.idempotency) {
    case Idempotency::ByKey: return text + ": ask again with the same Idempotency-Key.";
    case Idempotency::Natural: return text + ": ask again; a second time changes nothing.";
    case Idempotency::None: break;
  }
  return text + ": look at what is there before you ask again.";
}

class Document {
 public:
  Json write(const ApiInfo& info, const std::vector<PortDescription>& ports, Audience audience) {
    Json tags = Json::array();
    Json paths = Json::object();
    const auto is_told = [audience](const OperationDescription& described) {
      return audience == Audience::Internal || described.operation->audience == Audience::Public;
    };
    for (const PortDescription& port : ports) {
      if (std::ranges::none_of(port.operations, is_told)) continue;
      Json tag{{"name", port.port->name}};
      if (!port.port->summary.empty()) tag["description"] = port.port->summary;
      tag["x-banyan-version"] =
          std::to_string(port.port->version.major) + '.' + std::to_string(port.port->version.minor);
      tags.push_back(std::move(tag));
      for (const OperationDescription& operation : port.operations) {
        if (!is_told(operation)) continue;
        paths[std::string(operation.at.path)][lower(operation.at.method)] =
            operation_object(port, operation);
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
  Json operation_object(const PortDescription& port, const OperationDescription& described) {
    const Operation& operation = *described.operation;
    Json object{{"operationId", std::string(port.port->name) + '.' + std::string(operation.name)},
                {"tags", {port.port->name}}};
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
    object["responses"] = responses(described, port.example_errors);
    return object;
  }

  Json parameters(const OperationDescription& described) {
    Json list = Json::array();
    const bool body = has_body(*described.operation, described.at);
    for (const json::Field& field : described.request->fields) {
      if (field.name == kIfVersion) {
        list.push_back(if_match(field));
        show(list.back(), if_match_of(described));
        continue;
      }
      const bool in_path = is_parameter_of(described.at.path, field.name);
      if (!in_path && body) continue;
      const bool required =
          in_path || (!json::is_optional(field) && field.shape().kind != json::Kind::Array);
      Json parameter{{"name", field.name}, {"in", in_path ? "path" : "query"}};
      if (required) parameter["required"] = true;
      parameter["schema"] = json::schema(field, asked_, kSchemas);
      show(parameter, asked_for(described).value(std::string(field.name), Json()));
      list.push_back(std::move(parameter));
    }
    if (described.operation->idempotency == Idempotency::ByKey) {
      list.push_back({{"$ref", "#/components/parameters/IdempotencyKey"}});
    }
    return list;
  }

  static Json if_match(const json::Field& field) {
    Json parameter{{"name", "If-Match"}, {"in", "header"}};
    if (!json::is_optional(field)) parameter["required"] = true;
    parameter["description"] =
        "The ETag of what the change is made for: 412, and nothing is changed, when it is another"
        " version by now.";
    parameter["schema"] = {{"type", "string"},
                           {"pattern", R"(^(\*|"v[1-9][0-9]*(\.[0-9a-f]+)?")$)"}};
    return parameter;
  }

  Json request_body(const OperationDescription& described) {
    if (!has_body(*described.operation, described.at)) return nullptr;
    Json properties = Json::object();
    Json required = Json::array();
    for (const json::Field& field : described.request->fields) {
      if (is_parameter_of(described.at.path, field.name) || field.name == kIfVersion) continue;
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
    Json content{{"schema", std::move(schema)}};
    Json example = asked_for(described);
    for (const json::Field& field : described.request->fields) {
      if (is_parameter_of(described.at.path, field.name) || field.name == kIfVersion) {
        example.erase(std::string(field.name));
      }
    }
    if (described.example) show(content, std::move(example));
    return {{"required", needed}, {"content", {{"application/json", std::move(content)}}}};
  }

  /// The example of the request, all of its fields; an empty object where there is none.
  static Json asked_for(const OperationDescription& described) {
    return described.example ? Json::parse(described.example->request) : Json::object();
  }

  /// Of a parameter or a media type.
  static void show(Json& where, Json value, std::string_view name = "example") {
    if (!value.is_null()) where["examples"][std::string(name)] = {{"value", std::move(value)}};
  }

  static Json if_match_of(const OperationDescription& described) {
    const Json version = asked_for(described).value(std::string(kIfVersion), Json());
    if (version.is_null()) return nullptr;
    return '"' + tag_of(version.get<std::int64_t>()) + '"';
  }

  /// As it is answered.
  static Json problem_of(const Error& error) {
    return Json::parse(problem(error, kExampleCorrelation).body);
  }

  Json responses(const OperationDescription& described, const std::vector<Error>& errors) {
    const bool created = !described.at.made_at.empty();
    Json done{{"description", created ? "Done, and something is there that was not." : "Done."}};
    if (Json headers = answer_headers(described); !headers.empty()) {
      done["headers"] = std::move(headers);
    }
    const Json schema = json::schema(*described.response, answered_, kSchemas);
    done["content"] = {{"application/json", {{"schema", schema}}}};
    if (described.example) {
      show(done["content"]["application/json"], Json::parse(described.example->response));
    }
    if (described.response->kind == json::Kind::Object) {
      done["content"]["application/hal+json"] = {
          {"schema", {{"allOf", {schema, Json{{"$ref", std::string(kSchemas) + "Links"}}}}}}};
    }
    const Json broken{{"allOf",
                       {Json{{"$ref", std::string(kSchemas) + "Problem"}},
                        Json{{"type", "object"},
                             {"properties", {{"rule", rules_schema(*described.operation)}}}}}}};
    Json all{{created ? "201" : "200", done}};
    if (described.at.goes_on != nullptr) all["202"] = accepted(described, std::move(done));
    if (is_cached(described)) {
      all["304"] = {{"description", "What If-None-Match names is still what is there."}};
    }
    const json::Field* const version = json::find_field(*described.request, kIfVersion);
    Json problems{{"application/problem+json", {{"schema", broken}}}};
    Json changed_meanwhile = problems;
    for (const Error& error : errors) {
      if (!described.operation->errors.contains(error.rule)) continue;
      Json& at = version != nullptr && error.rule.ends_with(kChangedMeanwhile) ? changed_meanwhile
                                                                               : problems;
      show(at["application/problem+json"], problem_of(error), error.rule);
    }
    if (version != nullptr) {
      all["412"] = {{"description",
                     "It is another version by now than the one that If-Match names: nothing was"
                     " changed. Read it again, and decide."},
                    {"content", changed_meanwhile}};
      if (!json::is_optional(*version)) {
        all["428"] = {{"description", "If-Match is missing: nothing was changed."},
                      {"content", {{"application/problem+json", {{"schema", broken}}}}}};
      }
    }
    all["default"] = {{"description", failure_text(*described.operation)},
                      {"headers",
                       {{"Retry-After",
                         {{"description", "Of what passes: when to ask again, in seconds."},
                          {"schema", {{"type", "integer"}}}}}}},
                      {"content", problems}};
    return all;
  }

  /// What `done`, the answer when all is done, is while the work goes on.
  static Json accepted(const OperationDescription& described, Json done) {
    const bool created = !described.at.made_at.empty();
    done["description"] = std::string(created ? "Accepted: it is there, and the work on it goes on."
                                              : "Accepted: the work goes on.") +
                          " Location says how far it is.";
    done["headers"]["Location"] = {
        {"description", "Where to look how far it is: " + std::string(described.at.followed_at)},
        {"schema", {{"type", "string"}, {"format", "uri-reference"}}}};
    done["headers"]["Retry-After"] = {{"description", "When to look again, in seconds."},
                                      {"schema", {{"type", "integer"}}}};
    Json& content = done["content"]["application/json"];
    content.erase("examples");
    if (described.example && !described.example->accepted.empty()) {
      show(content, Json::parse(described.example->accepted));
    }
    return done;
  }

  static bool is_cached(const OperationDescription& described) {
    return described.operation->effect == Effect::Read && described.at.method == "GET";
  }

  static Json answer_headers(const OperationDescription& described) {
    Json headers = Json::object();
    if (!described.at.made_at.empty()) {
      headers["Location"] = {{"description", "Where it is: " + std::string(described.at.made_at)},
                             {"schema", {{"type", "string"}, {"format", "uri-reference"}}}};
    }
    if (described.operation->idempotency == Idempotency::ByKey) {
      headers[std::string(kReplayedField)] = {
          {"description", "There when an earlier request under this key has begun it."},
          {"schema", {{"type", "string"}, {"enum", {"true"}}}}};
    }
    if (is_cached(described)) {
      headers["ETag"] = {{"description", "Of this answer: send it as If-None-Match next time."},
                         {"schema", {{"type", "string"}}}};
    }
    if (json::find_field(*described.request, kIfVersion) != nullptr) {
      headers["ETag"] = {{"description", "Of the new version: for the next If-Match."},
                         {"schema", {{"type", "string"}}}};
    }
    if (json::find_field(*described.response, "next_cursor") != nullptr) {
      headers["Link"] = {{"description", "rel=\"next\": the next page; absent on the last."},
                         {"schema", {{"type", "string"}}}};
    }
    return headers;
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
    all["Links"] = links_schema();
    return all;
  }

  Json asked_ = Json::object();     ///< definitions that requests use
  Json answered_ = Json::object();  ///< definitions that answers use
};

}  // namespace

std::string openapi(const ApiInfo& info, const std::vector<PortDescription>& ports,
                    Audience audience) {
  return Document().write(info, ports, audience).dump(2) + '\n';
}

}  // namespace banyan::binding
