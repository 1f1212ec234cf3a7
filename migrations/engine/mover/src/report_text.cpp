// SPDX-License-Identifier: Apache-2.0
#include <iterator>
#include <map>

#include "banyan/kernel/json_text.hpp"
#include "banyan/mover/report.hpp"
#include "names.hpp"

namespace banyan::mover {
namespace {

std::string table_line(const TableReport& table, const std::string& module = {}) {
  const std::string name = "  " + table.table;
  const std::string pad(name.size() < 28 ? 28 - name.size() : 1, ' ');
  if (!table.exists && table.made_by_separation) {
    return name + pad + "comes with `banyan schema decouple " + module + "`\n";
  }
  if (!table.exists) return name + pad + "MISSING: named by the manifest, not in the database\n";
  return name + pad + std::to_string(table.rows) + (table.rows == 1 ? " row\n" : " rows\n");
}

std::string violation_lines(const BoundaryViolation& violation) {
  return "  " + std::string(to_string(violation.kind)) + " " + violation.object + ": " +
         violation.module + " -> " + violation.other + " (" + violation.how +
         ")\n      next: " + violation.next_step + "\n";
}

class JsonWriter {
 public:
  void key(std::string_view name) {
    comma();
    out_ += json_string(name) + ":";
    fresh_ = true;
  }
  void value(std::string_view text) { raw(json_string(text)); }
  void value(std::int64_t number) { raw(std::to_string(number)); }
  void boolean(bool truth) { raw(truth ? "true" : "false"); }
  template <class Items, class Write>
  void list(std::string_view name, const Items& items, Write&& write) {
    key(name);
    begin('[');
    for (const auto& item : items) write(item);
    end(']');
  }
  void strings(std::string_view name, const std::vector<std::string>& items) {
    list(name, items, [&](const std::string& item) { value(item); });
  }
  void begin(char bracket) {
    comma();
    out_ += bracket;
    fresh_ = true;
  }
  void end(char bracket) {
    out_ += bracket;
    fresh_ = false;
  }
  std::string take() { return std::move(out_); }

 private:
  void comma() {
    if (!fresh_) out_ += ',';
    fresh_ = false;
  }
  void raw(const std::string& text) {
    comma();
    out_ += text;
  }
  std::string out_;
  bool fresh_ = true;
};

void write_table(JsonWriter& json, const TableReport& table) {
  json.begin('{');
  json.key("table");
  json.value(table.table);
  json.key("exists");
  json.boolean(table.exists);
  json.key("rows");
  json.value(table.rows);
}

}  // namespace

std::string to_text(const SchemaReport& report) {
  std::string out = "Schema of " + report.database.string() + "\n";
  for (const ModuleReport& module : report.modules) {
    out += "\n" + module.module;
    if (!module.location.empty()) out += " (moved out to " + module.location + ")";
    out += "\n";
    for (const TableReport& table : module.tables) out += table_line(table, module.module);
  }
  if (!report.shared.empty()) out += "\nshared by several modules\n";
  for (const SharedTableReport& shared : report.shared) {
    out += table_line(shared.table);
    out += "      declared users: " +
           (shared.declared_users.empty() ? "none" : joined(shared.declared_users)) +
           "; found: " + (shared.found_users.empty() ? "none" : joined(shared.found_users)) + "\n";
  }
  if (!report.unowned.empty()) out += "\nowned by nobody (add them to the manifest)\n";
  for (const TableReport& table : report.unowned) out += table_line(table);

  out += '\n';
  out += counted(std::ssize(report.violations), "boundary violation") + " between modules; " +
         counted(static_cast<std::int64_t>(report.statements), "statement") + " analysed\n";
  for (const BoundaryViolation& violation : report.violations) out += violation_lines(violation);
  if (!report.unreadable.empty()) out += "\nnot analysed\n";
  for (const Unreadable& unreadable : report.unreadable) {
    out += "  " + unreadable.what + ": " + unreadable.problem + "\n";
  }

  out += "\nready to move out\n";
  for (const ModuleReport& module : report.modules) {
    const auto ties = std::ssize(violations_of(report, module.module));
    out += "  " + module.module + ": ";
    if (!module.location.empty()) {
      out += "has moved\n";
    } else {
      out += ties == 0
                 ? "yes\n"
                 : "no, " +
                       counted(ties, "boundary violation remains", "boundary violations remain") +
                       "\n";
    }
  }
  return out;
}

std::string to_json(const SchemaReport& report) {
  JsonWriter json;
  json.begin('{');
  json.key("database");
  json.value(report.database.string());
  json.list("modules", report.modules, [&](const ModuleReport& module) {
    json.begin('{');
    json.key("module");
    json.value(module.module);
    json.key("location");
    json.value(module.location);
    json.key("epoch");
    json.value(module.epoch);
    json.list("tables", module.tables, [&](const TableReport& table) {
      write_table(json, table);
      json.end('}');
    });
    json.key("violations");
    json.value(static_cast<std::int64_t>(violations_of(report, module.module).size()));
    json.end('}');
  });
  json.list("shared", report.shared, [&](const SharedTableReport& shared) {
    write_table(json, shared.table);
    json.strings("declared_users", shared.declared_users);
    json.strings("found_users", shared.found_users);
    json.end('}');
  });
  json.list("unowned", report.unowned, [&](const TableReport& table) {
    write_table(json, table);
    json.end('}');
  });
  json.list("violations", report.violations, [&](const BoundaryViolation& violation) {
    json.begin('{');
    json.key("kind");
    json.value(to_string(violation.kind));
    json.key("module");
    json.value(violation.module);
    json.key("other");
    json.value(violation.other);
    json.key("object");
    json.value(violation.object);
    json.strings("tables", violation.tables);
    json.key("how");
    json.value(violation.how);
    json.key("next_step");
    json.value(violation.next_step);
    json.end('}');
  });
  json.list("unreadable", report.unreadable, [&](const Unreadable& unreadable) {
    json.begin('{');
    json.key("what");
    json.value(unreadable.what);
    json.key("problem");
    json.value(unreadable.problem);
    json.end('}');
  });
  json.key("statements");
  json.value(static_cast<std::int64_t>(report.statements));
  json.end('}');
  return json.take();
}

}  // namespace banyan::mover
