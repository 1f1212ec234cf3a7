# Puts files into the binary as string literals, so that a program needs nothing beside it.

# banyan_embed_migrations(<module> <folder> <out>): a source that defines
# `banyan::migrations::scripts_of<Module>` … as the list of the folder's *.sql, in order, each with
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
  set(source "${CMAKE_CURRENT_BINARY_DIR}/${module}_migrations.cpp")
  file(CONFIGURE OUTPUT "${source}" @ONLY CONTENT
"// Generated from migrations/${module}; do not edit.
#include \"migrations/script.hpp\"

namespace ${module} {
const std::vector<banyan::migrations::Script>& migrations();
const std::vector<banyan::migrations::Script>& migrations() {
  static const std::vector<banyan::migrations::Script> scripts = {
@rows@  };
  return scripts;
}
}  // namespace ${module}
")
  set(${out} "${source}" PARENT_SCOPE)
endfunction()

# banyan_embed_files(<target> <namespace> <folder> <file>…): each file as a string_view, found by
# name through `<namespace>::embedded_file(name)`; declared in the generated "<target>_files.hpp".
function(banyan_embed_files target namespace folder)
  set(rows "")
  foreach(file IN LISTS ARGN)
    file(READ "${folder}/${file}" text)
    string(APPEND rows "  if (name == \"${file}\") return R\"banyan_file(${text})banyan_file\";\n")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${folder}/${file}")
  endforeach()
  set(source "${CMAKE_CURRENT_BINARY_DIR}/${target}_files.cpp")
  file(CONFIGURE OUTPUT "${source}" @ONLY CONTENT
"// Generated; do not edit.
#include <string_view>
namespace ${namespace} {
std::string_view embedded_file(std::string_view name);
std::string_view embedded_file(std::string_view name) {
@rows@  return {};
}
}  // namespace ${namespace}
")
  target_sources(${target} PRIVATE "${source}")
endfunction()
