# Puts files into the binary as string literals, so that a program needs nothing beside it.

# banyan_embed_migrations(<module> <folder> <out> [<table>…]): a source that defines
# `<module>::migrations()` as the list of the folder's *.sql, in order, and `<module>::tables()`
# as the tables that the module owns. Each script goes with
# its variant for PostgreSQL (the same name with .postgresql.sql) where there is one. A variant
# without its script goes in as a script of its own, which the runner refuses.
function(banyan_embed_migrations module folder out)
  file(GLOB scripts CONFIGURE_DEPENDS "${folder}/*.sql" "${folder}/separation/*.sql")
  list(SORT scripts)
  set(rows "")
  foreach(script IN LISTS scripts)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${script}")
    string(REGEX REPLACE "\\.postgresql\\.sql$" ".sql" base "${script}")
    if(NOT base STREQUAL script AND base IN_LIST scripts)
      continue()
    endif()
    file(READ "${script}" text)
    file(RELATIVE_PATH relative "${folder}" "${script}")
    set(row "\"${relative}\", R\"banyan_sql(${text})banyan_sql\"")
    string(REGEX REPLACE "\\.sql$" ".postgresql.sql" variant "${script}")
    if(variant IN_LIST scripts)
      file(READ "${variant}" text)
      string(APPEND row ",\n     R\"banyan_sql(${text})banyan_sql\"")
    endif()
    string(APPEND rows "    {${row}},\n")
  endforeach()
  list(JOIN ARGN "\", \"" table_names)
  if(table_names)
    set(table_names "\"${table_names}\"")
  endif()
  set(source "${CMAKE_CURRENT_BINARY_DIR}/${module}_migrations.cpp")
  file(CONFIGURE OUTPUT "${source}" @ONLY CONTENT
"// Generated from migrations/${module} and from the module's TABLES; do not edit.
#include <string>
#include <vector>

#include \"banyan/migrations/script.hpp\"

namespace ${module} {
const std::vector<banyan::migrations::Script>& migrations();
const std::vector<banyan::migrations::Script>& migrations() {
  static const std::vector<banyan::migrations::Script> scripts = {
@rows@  };
  return scripts;
}

const std::vector<std::string>& tables();
const std::vector<std::string>& tables() {
  static const std::vector<std::string> names = {@table_names@};
  return names;
}
}  // namespace ${module}
")
  set(${out} "${source}" PARENT_SCOPE)
endfunction()

# banyan_embed_files(<target> <namespace> <folder> <file>…): each file as a string_view, found by
# name through `<namespace>::embedded_file(name)`; `<namespace>::embedded_files()` are the names.
function(banyan_embed_files target namespace folder)
  set(rows "")
  set(names "")
  foreach(file IN LISTS ARGN)
    file(READ "${folder}/${file}" text)
    string(APPEND rows "  if (name == \"${file}\") return R\"banyan_file(${text})banyan_file\";\n")
    string(APPEND names "    \"${file}\",\n")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${folder}/${file}")
  endforeach()
  set(source "${CMAKE_CURRENT_BINARY_DIR}/${target}_files.cpp")
  file(CONFIGURE OUTPUT "${source}" @ONLY CONTENT
"// Generated; do not edit.
#include <string_view>
#include <vector>
namespace ${namespace} {
std::string_view embedded_file(std::string_view name);
std::string_view embedded_file(std::string_view name) {
@rows@  return {};
}

const std::vector<std::string_view>& embedded_files();
const std::vector<std::string_view>& embedded_files() {
  static const std::vector<std::string_view> names = {
@names@  };
  return names;
}
}  // namespace ${namespace}
")
  target_sources(${target} PRIVATE "${source}")
endfunction()
