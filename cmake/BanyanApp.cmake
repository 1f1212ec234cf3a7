# banyan_add_app(<name> MODULES … LINKS …)
#
# An application: one executable that hosts modules. LINKS is the library that holds `main` and all
# that is the application's own. Which modules are linked, routed or extracted is in one generated
# file (the composition table) and on the link line, nowhere else:
#
#   <name>           as the cache variables BANYAN_ROUTED and BANYAN_EXTRACT say (for one of several
#                    applications: BANYAN_ROUTED_<name>, BANYAN_EXTRACT_<name>)
#   <name>-<module>  the service of one module, for every module
#
# With -DBANYAN_NETWORK=poco (for one application: BANYAN_NETWORK_<name>) the services listen with
# Poco::Net in place of the kit's own HTTP engine, and are called with it; the application itself,
# which has clients, listens with the engine (adapters/poco_http/README.md).
#
# banyan_check_apps() after them stops where a module has been forgotten.
#
# banyan_add_flavour(<name> <flavour> [ON_DEMAND] [ROUTED …] [EXTRACT …]) adds another build of the same
# application beside it, as flavours/<flavour>/<name>; tests and the journey use several at once. One
# that is ON_DEMAND is built when somebody asks for its target, <name>.<flavour>, and no test asks.
set(BANYAN_ROUTED "" CACHE STRING
    "Modules whose calls go partly to a service of their own, e.g. \"catalog;orders\"")
set(BANYAN_EXTRACT "" CACHE STRING
    "Modules of which nothing but the network adapter stays in the application")
set(BANYAN_NETWORK engine CACHE STRING "What services listen with and are called with: engine or poco")
set_property(CACHE BANYAN_NETWORK PROPERTY STRINGS engine poco)

function(banyan_add_app name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "MODULES;LINKS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "banyan_add_app(${name}): unknown argument(s) ${arg_UNPARSED_ARGUMENTS}."
      " Known are MODULES LINKS.")
  endif()
  get_property(known GLOBAL PROPERTY BANYAN_MODULES)
  foreach(module IN LISTS arg_MODULES)
    if(NOT module IN_LIST known)
      message(FATAL_ERROR "banyan_add_app(${name}): there is no module '${module}'. Known: ${known}.")
    endif()
    get_property(needs GLOBAL PROPERTY BANYAN_MODULE_${module}_NEEDS)
    foreach(need IN LISTS needs)
      if(NOT need IN_LIST arg_MODULES)
        message(FATAL_ERROR "banyan_add_app(${name}): module '${module}' NEEDS '${need}', which is not"
          " among its MODULES. Add ${need}; to have it elsewhere, extract it.")
      endif()
    endforeach()
    get_property(subscriptions GLOBAL PROPERTY BANYAN_MODULE_${module}_SUBSCRIBES)
    foreach(subscription IN LISTS subscriptions)
      string(REGEX REPLACE "\\..*" "" source "${subscription}")
      if(NOT source IN_LIST arg_MODULES)
        message(FATAL_ERROR "banyan_add_app(${name}): module '${module}' SUBSCRIBES '${subscription}', and"
          " ${source} is not among its MODULES. Add ${source}; to have it elsewhere, extract it.")
      endif()
    endforeach()
  endforeach()
  foreach(flag ROUTED EXTRACT)
    foreach(module IN LISTS BANYAN_${flag}_${name})
      if(NOT module IN_LIST arg_MODULES)
        message(FATAL_ERROR "-DBANYAN_${flag}_${name}=${module}: ${name} has no module '${module}'. It"
          " has: ${arg_MODULES}.")
      endif()
    endforeach()
    set(${flag} ${BANYAN_${flag}_${name}})
    foreach(module IN LISTS BANYAN_${flag})
      if(module IN_LIST arg_MODULES)
        list(APPEND ${flag} ${module})
      endif()
    endforeach()
    list(REMOVE_DUPLICATES ${flag})
  endforeach()
  set_property(GLOBAL APPEND PROPERTY BANYAN_APPS ${name})
  set_property(GLOBAL PROPERTY BANYAN_APP_${name}_MODULES "${arg_MODULES}")
  set_property(GLOBAL APPEND PROPERTY BANYAN_HOSTED_MODULES ${arg_MODULES})
  set_property(GLOBAL PROPERTY BANYAN_APP_${name}_LINKS "${arg_LINKS}")
  set_property(GLOBAL PROPERTY BANYAN_APP_${name}_EXTRACTED "${EXTRACT}")
  banyan_private_executable(${name} ${name} "" "${ROUTED}" "${EXTRACT}" FALSE)
  foreach(module IN LISTS arg_MODULES)
    set(others ${arg_MODULES})
    list(REMOVE_ITEM others ${module})
    banyan_private_executable(${name} ${name}-${module} "" "" "${others}" TRUE)
  endforeach()
endfunction()

# banyan_check_apps(): every module is in an application, every module that a flag names in some
# application, and every application that a flag is for is there. Called once, after all applications.
function(banyan_check_apps)
  get_property(modules GLOBAL PROPERTY BANYAN_MODULES)
  get_property(hosted GLOBAL PROPERTY BANYAN_HOSTED_MODULES)
  foreach(module IN LISTS modules)
    if(NOT module IN_LIST hosted)
      message(FATAL_ERROR "module '${module}' is in no application, so nobody could call it. Add it to"
        " banyan_add_app(… MODULES …).")
    endif()
  endforeach()
  foreach(flag ROUTED EXTRACT)
    foreach(module IN LISTS BANYAN_${flag})
      if(NOT module IN_LIST hosted)
        message(FATAL_ERROR "-DBANYAN_${flag}=${module}: no application has a module '${module}'. There"
          " are: ${hosted}.")
      endif()
    endforeach()
  endforeach()
  get_property(apps GLOBAL PROPERTY BANYAN_APPS)
  get_cmake_property(given CACHE_VARIABLES)
  foreach(variable IN LISTS given)
    if(variable MATCHES "^BANYAN_(ROUTED|EXTRACT|NETWORK)_(.+)$" AND NOT CMAKE_MATCH_2 IN_LIST apps)
      message(FATAL_ERROR "-D${variable}: there is no application '${CMAKE_MATCH_2}'. There are: ${apps}."
        " Correct it, and take this one back: -U${variable}.")
    endif()
  endforeach()
endfunction()

function(banyan_add_flavour name flavour)
  cmake_parse_arguments(PARSE_ARGV 2 arg "ON_DEMAND" "" "ROUTED;EXTRACT")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "banyan_add_flavour(${name} ${flavour}): unknown argument(s)"
      " ${arg_UNPARSED_ARGUMENTS}. Known are ON_DEMAND ROUTED EXTRACT.")
  endif()
  get_property(apps GLOBAL PROPERTY BANYAN_APPS)
  if(NOT name IN_LIST apps)
    message(FATAL_ERROR "banyan_add_flavour(${name} ${flavour}): there is no application '${name}'. There are:"
      " ${apps}. A flavour comes after banyan_add_app().")
  endif()
  get_property(modules GLOBAL PROPERTY BANYAN_APP_${name}_MODULES)
  foreach(module IN LISTS arg_ROUTED arg_EXTRACT)
    if(NOT module IN_LIST modules)
      message(FATAL_ERROR "banyan_add_flavour(${name} ${flavour}): ${name} has no module '${module}'."
        " It has: ${modules}.")
    endif()
  endforeach()
  banyan_private_executable(${name} ${name}.${flavour} "${flavour}" "${arg_ROUTED}" "${arg_EXTRACT}" FALSE)
  if(arg_ON_DEMAND)
    set_target_properties(${name}.${flavour} PROPERTIES EXCLUDE_FROM_ALL TRUE)
  endif()
endfunction()

# What the executable's Network is made of, and the library that it comes from.
function(banyan_private_network app is_service)
  set(network "${BANYAN_NETWORK}")
  if(BANYAN_NETWORK_${app})
    set(network "${BANYAN_NETWORK_${app}}")
  endif()
  set(library "")
  set(include "")
  set(value "")
  if(network STREQUAL poco)
    set(library Banyan::poco_http)
    set(include "#include \"banyan/poco_http/calls.hpp\"\n")
    set(value ".call = poco_http::make_transport")
    if(is_service)
      string(APPEND include "#include \"banyan/poco_http/server.hpp\"\n")
      string(PREPEND value ".listen = poco_http::make_server, ")
    endif()
  elseif(NOT network STREQUAL engine)
    message(FATAL_ERROR "BANYAN_NETWORK=${network}: there is no such network adapter. There are: engine"
      " (the default) and poco.")
  endif()
  set(network_library "${library}" PARENT_SCOPE)
  set(network_include "${include}" PARENT_SCOPE)
  set(network_value "${value}" PARENT_SCOPE)
endfunction()

# Two libraries for a module, made for the first program that wants them: <module>.entry has what every
# program knows of it, its row in the composition table and the code behind its port; <module>.hosted
# adds the module itself. They are compiled once, and each program's table only names them.
function(banyan_private_entries module)
  if(TARGET ${module}.entry)
    return()
  endif()
  banyan_type_name(${module} port)
  set(type "${module}::${port}")
  get_property(needs GLOBAL PROPERTY BANYAN_MODULE_${module}_NEEDS)
  get_property(parties GLOBAL PROPERTY BANYAN_MODULE_${module}_PARTIES)
  get_property(subscriptions GLOBAL PROPERTY BANYAN_MODULE_${module}_SUBSCRIBES)
  banyan_private_quoted(need_names ${needs})
  banyan_private_quoted(subscription_names ${subscriptions})
  file(CONFIGURE OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/${module}_entry.cpp" @ONLY CONTENT
"// Generated by banyan_add_app(); do not edit.
#include \"banyan/host/composition.hpp\"
#include \"@module@/port.hpp\"

namespace banyan::host {
ModuleEntry elsewhere_@module@();

ModuleEntry elsewhere_@module@() {
  ModuleEntry entry = extracted<@type@>({@need_names@});
  entry.subscribes = {@subscription_names@};
  return entry;
}
}  // namespace banyan::host
")
  set(arguments "")
  foreach(need IN LISTS needs)
    banyan_type_name(${need} need_port)
    list(APPEND arguments "ports.get<${need}::${need_port}>()")
  endforeach()
  set(party_parameter "")
  set(party_names "")
  foreach(party IN LISTS parties)
    banyan_type_name(${party} interface)
    list(APPEND arguments "parties.get<${module}::${interface}>()")
    list(APPEND party_names "${module}.${party}")
    set(party_parameter "Parties& parties, ")
  endforeach()
  list(JOIN arguments ", " arguments)
  banyan_private_quoted(party_names ${party_names})
  set(subscribed "")
  set(subscribing "")
  if(subscriptions)
    set(subscribed "const std::vector<banyan::events::Subscription>& subscribed_events();\n")
    set(subscribing "  subscribing<${type}, ${module}::Subscriptions>(entry, ${module}::subscribed_events);\n")
  endif()
  file(CONFIGURE OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/${module}_hosted.cpp" @ONLY CONTENT
"// Generated by banyan_add_app(); do not edit.
#include \"@module@/module.hpp\"
#include \"banyan/host/composition.hpp\"

namespace @module@ {
const std::vector<banyan::migrations::Script>& migrations();
const std::vector<std::string>& tables();
const std::vector<banyan::events::EventType>& published_events();
@subscribed@}  // namespace @module@

namespace banyan::host {
ModuleEntry elsewhere_@module@();
ModuleEntry hosted_@module@(Linkage linkage);

ModuleEntry hosted_@module@(Linkage linkage) {
  ModuleEntry entry = hosted<@type@>(
      elsewhere_@module@(), linkage, @module@::tables(), @module@::migrations(),
      []([[maybe_unused]] Ports& ports, @party_parameter@sql::ModuleDatabase& database,
         const Environment& environment) {
        return @module@::make_@module@({@arguments@}, database, environment);
      });
  entry.parties = {@party_names@};
  entry.published = &@module@::published_events;
@subscribing@  return entry;
}
}  // namespace banyan::host
")
  add_library(${module}.entry STATIC EXCLUDE_FROM_ALL "${CMAKE_CURRENT_BINARY_DIR}/${module}_entry.cpp")
  target_link_libraries(${module}.entry PUBLIC ${module}.remote Banyan::host)
  add_library(${module}.hosted STATIC EXCLUDE_FROM_ALL "${CMAKE_CURRENT_BINARY_DIR}/${module}_hosted.cpp")
  target_link_libraries(${module}.hosted PUBLIC ${module}.entry ${module}.module)
  foreach(library ${module}.entry ${module}.hosted)
    target_compile_options(${library} PRIVATE ${BANYAN_WARNINGS})
  endforeach()
endfunction()

# The words as a list in C++: "one", "two".
function(banyan_private_quoted out)
  list(JOIN ARGN "\", \"" names)
  if(names)
    set(names "\"${names}\"")
  endif()
  set(${out} "${names}" PARENT_SCOPE)
endfunction()

function(banyan_private_executable app target flavour routed extract is_service)
  banyan_private_network(${app} ${is_service})
  get_property(modules GLOBAL PROPERTY BANYAN_APP_${app}_MODULES)
  get_property(links GLOBAL PROPERTY BANYAN_APP_${app}_LINKS)
  get_property(order GLOBAL PROPERTY BANYAN_MODULES_IN_ORDER)
  set(forwards "")
  set(rows "")
  set(libraries "")
  foreach(module IN LISTS order)
    if(NOT module IN_LIST modules)
      continue()
    endif()
    if(module IN_LIST routed AND module IN_LIST extract)
      message(FATAL_ERROR "module '${module}' is both in BANYAN_ROUTED and in BANYAN_EXTRACT: routed"
        " keeps it in the application, extracted takes it out. Choose one.")
    endif()
    banyan_private_entries(${module})
    if(module IN_LIST extract)
      # Where the application itself hosts the module, tests/architecture proves that this one does not.
      get_property(extracted_everywhere GLOBAL PROPERTY BANYAN_APP_${app}_EXTRACTED)
      if(NOT module IN_LIST extracted_everywhere)
        set_property(GLOBAL APPEND PROPERTY BANYAN_EXTRACTIONS "${app}|${target}|${module}")
      endif()
      list(APPEND libraries ${module}.entry)
      string(APPEND forwards "ModuleEntry elsewhere_${module}();\n")
      string(APPEND rows "  table.push_back(elsewhere_${module}());\n")
    else()
      set(linkage Linked)
      if(module IN_LIST routed)
        set(linkage Routed)
      endif()
      list(APPEND libraries ${module}.hosted)
      string(APPEND forwards "ModuleEntry hosted_${module}(Linkage linkage);\n")
      string(APPEND rows "  table.push_back(hosted_${module}(Linkage::${linkage}));\n")
    endif()
  endforeach()
  set(source "${CMAKE_CURRENT_BINARY_DIR}/${target}_composition.cpp")
  file(CONFIGURE OUTPUT "${source}" @ONLY CONTENT
"// Generated by banyan_add_app(${app}) for ${target}; do not edit. The only file in which the
// builds of the application differ.
#include \"banyan/host/composition.hpp\"
@network_include@
namespace banyan::host {
@forwards@
std::vector<ModuleEntry> composition() {
  std::vector<ModuleEntry> table;
@rows@  return table;
}
Network network() { return {@network_value@}; }
}  // namespace banyan::host
")
  add_executable(${target} "${source}")
  target_link_libraries(${target} PRIVATE ${links} ${libraries} ${network_library})
  target_compile_options(${target} PRIVATE ${BANYAN_WARNINGS})
  if(flavour)
    set_target_properties(${target} PROPERTIES OUTPUT_NAME ${app}
      RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin/flavours/${flavour}")
  else()
    set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
  endif()
endfunction()
