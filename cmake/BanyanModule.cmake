# banyan_add_module(<name>
#   PUBLISHES   port.hpp module.hpp http.hpp   # include/<name>/: all that others may include
#   NEEDS       catalog …                      # other modules' ports; must stay acyclic
#   SUBSCRIBES  payments.payment_captured …    # other modules' events
#   PARTIES     provider                       # outside parties: interfaces of its own, see below
#   TABLES      orders order_lines             # owned; nobody else may touch them
#   CORE        domain/order.cpp …             # src/: rules and use cases, std + kernel only
#   PERSISTENCE persistence/sql_orders.cpp …  # src/: repositories, may use adapters/sql
#   WIRING      module.cpp                     # src/: what it provides and needs
#   MIGRATIONS  folder)                        # of its SQL scripts; else migrations/<name> of the project
#
# By convention the port of module `order_desk` is the type `order_desk::OrderDesk`, published in
# port.hpp, its resources are `order_desk::http_resources` in http.hpp, and module.hpp declares
# `struct Needs` and `make_order_desk(Needs, banyan::sql::ModuleDatabase&, const
# banyan::Environment&)`. Its migrations are NNNN_*.sql in the folder MIGRATIONS. A module that publishes
# examples of its operations and of its errors has examples() and example_errors() in examples.hpp
# (banyan/kernel/examples.hpp); /openapi.json shows them. A module that publishes
# events lists them as `order_desk::Published` in events.hpp; one that subscribes to some has
# `order_desk::Subscriptions` in module.hpp, and what make_order_desk() makes is one too.
#
# PARTIES are whom it works with outside of the application: `provider` is the interface
# `orders::Provider`, published in provider.hpp. `Needs` has a reference to each, after the ports. The
# application says who stands behind it: banyan::host::Application::parties.
#
# Targets:
#   <name>.api     INTERFACE, the published language: the only thing that others link
#   <name>.core    STATIC, domain and application
#   <name>.module  STATIC, persistence, wiring and migrations: linked by applications that host it
#   <name>.remote  STATIC, the wire codec and network adapters, generated from port.hpp + http.hpp
include("${CMAKE_CURRENT_LIST_DIR}/BanyanEmbed.cmake")

# order_desk -> OrderDesk
function(banyan_type_name module out)
  string(REPLACE "_" ";" words "${module}")
  set(result "")
  foreach(word IN LISTS words)
    string(SUBSTRING "${word}" 0 1 head)
    string(SUBSTRING "${word}" 1 -1 tail)
    string(TOUPPER "${head}" head)
    string(APPEND result "${head}${tail}")
  endforeach()
  set(${out} "${result}" PARENT_SCOPE)
endfunction()

# banyan_private_check_table(<module> <name>): it is nobody's whose tables would be hidden behind it, or who
# would refuse it: SQLite's, PostgreSQL's, or the kit's own.
function(banyan_private_check_table module name)
  set(owner_sqlite SQLite)
  set(owner_pg PostgreSQL)
  set(owner_banyan Banyan)
  string(TOLOWER "${name}" folded)
  if(folded MATCHES "^(sqlite|pg|banyan)_")
    set(beginning ${CMAKE_MATCH_1})
    set(what "the table '${name}'")
    if(name STREQUAL module)
      set(what "its tables and its schema begin with its name, and")
    endif()
    message(FATAL_ERROR "banyan_add_module(${module}): ${what} cannot be made: what begins with ${beginning}_"
      " belongs to ${owner_${beginning}}. Take another name.")
  endif()
endfunction()

function(banyan_add_module name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "MIGRATIONS"
    "PUBLISHES;NEEDS;SUBSCRIBES;PARTIES;TABLES;CORE;PERSISTENCE;WIRING")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "banyan_add_module(${name}): unknown argument(s) ${arg_UNPARSED_ARGUMENTS}."
      " Known are PUBLISHES NEEDS SUBSCRIBES PARTIES TABLES CORE PERSISTENCE WIRING MIGRATIONS.")
  endif()
  if(NOT name MATCHES "^[a-z][a-z0-9_]*$")
    message(FATAL_ERROR "banyan_add_module(${name}): a module's name is its C++ namespace: lower-case"
      " letters, digits and '_', beginning with a letter.")
  endif()
  foreach(table ${name} ${arg_TABLES})
    banyan_private_check_table(${name} ${table})
  endforeach()
  foreach(required port.hpp module.hpp http.hpp)
    if(NOT required IN_LIST arg_PUBLISHES)
      message(FATAL_ERROR "banyan_add_module(${name}): PUBLISHES lacks ${required}. Write"
        " ${CMAKE_CURRENT_SOURCE_DIR}/include/${name}/${required} and list it; see"
        " docs/how-to/add-a-module.md.")
    endif()
  endforeach()
  foreach(party IN LISTS arg_PARTIES)
    if(NOT ${party}.hpp IN_LIST arg_PUBLISHES)
      banyan_type_name(${party} interface)
      message(FATAL_ERROR "banyan_add_module(${name}): the outside party '${party}' has no interface."
        " Write ${name}::${interface} in ${CMAKE_CURRENT_SOURCE_DIR}/include/${name}/${party}.hpp, and list"
        " ${party}.hpp under PUBLISHES; see docs/how-to/outside-parties.md.")
    endif()
  endforeach()
  foreach(required CORE WIRING)
    if(NOT arg_${required})
      message(FATAL_ERROR "banyan_add_module(${name}): ${required} is empty. List its sources"
        " relative to ${CMAKE_CURRENT_SOURCE_DIR}/src; see docs/how-to/add-a-module.md.")
    endif()
  endforeach()
  foreach(need IN LISTS arg_NEEDS)
    if(need MATCHES "\\.")
      string(REGEX REPLACE "\\..*$" "" owner "${need}")
      message(FATAL_ERROR "${name} NEEDS ${need}, which is private to '${owner}'. Modules meet at"
        " their published language: write NEEDS ${owner}, and publish what you miss in"
        " include/${owner}/ of that module. See docs/adr/0002-modules-meet-at-ports.md.")
    endif()
  endforeach()

  set(followed "")
  foreach(subscription IN LISTS arg_SUBSCRIBES)
    if(NOT subscription MATCHES "^([a-z][a-z0-9_]*)\\.([a-z][a-z0-9_]*)$")
      message(FATAL_ERROR "${name} SUBSCRIBES ${subscription}, which names no event. Write the module that"
        " publishes it, a dot and its name: payments.payment_captured.")
    endif()
    if(CMAKE_MATCH_1 STREQUAL name)
      message(FATAL_ERROR "${name} SUBSCRIBES ${subscription}, an event of its own. What a module does about"
        " its own changes belongs into the unit of work that makes them.")
    endif()
    list(APPEND followed ${CMAKE_MATCH_1})
  endforeach()
  list(REMOVE_DUPLICATES followed)

  set(published "${CMAKE_CURRENT_SOURCE_DIR}/include")
  set(private "${CMAKE_CURRENT_SOURCE_DIR}/src")
  set(listed ${arg_PUBLISHES})
  list(TRANSFORM listed PREPEND "${published}/${name}/")
  foreach(source IN LISTS arg_CORE arg_PERSISTENCE arg_WIRING)
    list(APPEND listed "${private}/${source}")
  endforeach()
  foreach(file IN LISTS listed)
    if(NOT EXISTS "${file}")
      message(FATAL_ERROR "banyan_add_module(${name}): ${file} is listed and is not there. Write it, or"
        " take it out of ${CMAKE_CURRENT_SOURCE_DIR}/CMakeLists.txt.")
    endif()
  endforeach()
  banyan_type_name(${name} port)

  add_library(${name}.api INTERFACE)
  set(headers ${arg_PUBLISHES})
  list(TRANSFORM headers PREPEND "${published}/${name}/")
  target_sources(${name}.api INTERFACE FILE_SET HEADERS BASE_DIRS "${published}" FILES ${headers})
  set_target_properties(${name}.api PROPERTIES VERIFY_INTERFACE_HEADER_SETS ${PROJECT_IS_TOP_LEVEL})
  set(needed_apis ${arg_NEEDS} ${followed})
  list(REMOVE_DUPLICATES needed_apis)
  list(TRANSFORM needed_apis APPEND ".api")
  # module.hpp names the ports that the module needs and the events that it follows, hence INTERFACE.
  target_link_libraries(${name}.api INTERFACE Banyan::kernel ${needed_apis})

  list(TRANSFORM arg_CORE PREPEND "${private}/")
  add_library(${name}.core STATIC ${arg_CORE})
  target_include_directories(${name}.core PRIVATE "${private}")
  target_link_libraries(${name}.core PUBLIC ${name}.api)
  target_compile_options(${name}.core PRIVATE ${BANYAN_WARNINGS})

  list(TRANSFORM arg_PERSISTENCE PREPEND "${private}/")
  list(TRANSFORM arg_WIRING PREPEND "${private}/")
  if(NOT arg_MIGRATIONS)
    set(arg_MIGRATIONS "${PROJECT_SOURCE_DIR}/migrations/${name}")
  endif()
  cmake_path(ABSOLUTE_PATH arg_MIGRATIONS)
  if(arg_TABLES AND NOT IS_DIRECTORY "${arg_MIGRATIONS}")
    list(JOIN arg_TABLES " " tables)
    message(FATAL_ERROR "banyan_add_module(${name}): nothing makes its TABLES ${tables}: there is no"
      " folder ${arg_MIGRATIONS}. Write its first migration there, 0001_${name}.sql, or say MIGRATIONS"
      " <folder>.")
  endif()
  banyan_embed_migrations(${name} "${arg_MIGRATIONS}" migrations_source ${arg_TABLES})
  add_library(${name}.module STATIC ${arg_PERSISTENCE} ${arg_WIRING} "${migrations_source}")
  target_include_directories(${name}.module PRIVATE "${private}")
  target_link_libraries(${name}.module PUBLIC ${name}.api
                        PRIVATE ${name}.core Banyan::sql Banyan::migrations)
  target_compile_options(${name}.module PRIVATE ${BANYAN_WARNINGS})

  set(MODULE ${name})
  set(PORT ${port})
  if(arg_SUBSCRIBES)
    banyan_private_subscriptions(${name} "${arg_SUBSCRIBES}" "${followed}")
  endif()
  set(EVENTS_INCLUDE "")
  set(EVENTS "{}")
  if(events.hpp IN_LIST arg_PUBLISHES)
    set(EVENTS_INCLUDE "#include \"${name}/events.hpp\"\n")
    set(EVENTS "banyan::events::types_of<Published>()")
  endif()
  set(EXAMPLES_INCLUDE "")
  set(EXAMPLES "")
  if(examples.hpp IN_LIST arg_PUBLISHES)
    set(EXAMPLES_INCLUDE "#include \"${name}/examples.hpp\"\n")
    set(EXAMPLES "template <>
struct ExamplesOf<${name}::${port}> {
  static auto all() { return ${name}::examples(); }
  static auto errors() { return ${name}::example_errors(); }
};
")
  endif()
  configure_file("${CMAKE_CURRENT_FUNCTION_LIST_DIR}/port_binding.cpp.in" "${CMAKE_CURRENT_BINARY_DIR}/${name}_binding.cpp" @ONLY)
  add_library(${name}.remote STATIC "${CMAKE_CURRENT_BINARY_DIR}/${name}_binding.cpp")
  target_link_libraries(${name}.remote PUBLIC ${name}.api Banyan::binding Banyan::events)
  target_compile_options(${name}.remote PRIVATE ${BANYAN_WARNINGS})

  set_property(GLOBAL APPEND PROPERTY BANYAN_MODULES ${name})
  set_property(GLOBAL PROPERTY BANYAN_MODULE_${name}_NEEDS "${arg_NEEDS}")
  set_property(GLOBAL PROPERTY BANYAN_MODULE_${name}_PARTIES "${arg_PARTIES}")
  set_property(GLOBAL PROPERTY BANYAN_MODULE_${name}_SUBSCRIBES "${arg_SUBSCRIBES}")
  set_property(GLOBAL PROPERTY BANYAN_MODULE_${name}_PUBLISHES "${arg_PUBLISHES}")
  set_property(GLOBAL PROPERTY BANYAN_MODULE_${name}_TABLES "${arg_TABLES}")
  set_property(GLOBAL PROPERTY BANYAN_MODULE_${name}_DIR "${CMAKE_CURRENT_SOURCE_DIR}")
endfunction()

# What turns the events that the module follows into calls of its `Subscriptions`, generated into
# <name>.module.
function(banyan_private_subscriptions name subscriptions followed)
  set(MODULE ${name})
  list(JOIN subscriptions "\", \"" NAMES)
  set(INCLUDES "")
  set(SOURCES "")
  foreach(source IN LISTS followed)
    string(APPEND INCLUDES "#include \"${source}/events.hpp\"\n")
    string(APPEND SOURCES ", banyan::events::Source<\"${source}\", ${source}::Published>")
  endforeach()
  configure_file("${CMAKE_CURRENT_FUNCTION_LIST_DIR}/subscriptions.cpp.in"
                 "${CMAKE_CURRENT_BINARY_DIR}/${name}_subscriptions.cpp" @ONLY)
  target_sources(${name}.module PRIVATE "${CMAKE_CURRENT_BINARY_DIR}/${name}_subscriptions.cpp")
  target_link_libraries(${name}.module PRIVATE Banyan::events)
endfunction()

# banyan_find_forgotten_modules(<module>…): a folder beside theirs that declares a module, and that
# nobody has added.
function(banyan_find_forgotten_modules)
  set(added "")
  set(places "")
  foreach(module IN LISTS ARGN)
    get_property(folder GLOBAL PROPERTY BANYAN_MODULE_${module}_DIR)
    list(APPEND added "${folder}")
    cmake_path(GET folder PARENT_PATH place)
    list(APPEND places "${place}")
  endforeach()
  list(REMOVE_DUPLICATES places)
  foreach(place IN LISTS places)
    file(GLOB lists CONFIGURE_DEPENDS "${place}/*/CMakeLists.txt")
    foreach(list IN LISTS lists)
      cmake_path(GET list PARENT_PATH folder)
      file(STRINGS "${list}" declares REGEX "^[ ]*banyan_add_module\\(")
      if(declares AND NOT folder IN_LIST added)
        cmake_path(GET folder FILENAME name)
        message(FATAL_ERROR "${folder} declares a module, and nobody adds it. Write"
          " add_subdirectory(${name}) in ${place}/CMakeLists.txt, or take the folder away.")
      endif()
    endforeach()
  endforeach()
endfunction()

# banyan_private_check_subscriptions(<module> <known module>…): whoever is followed is there and
# publishes the event.
function(banyan_private_check_subscriptions module)
  get_property(subscriptions GLOBAL PROPERTY BANYAN_MODULE_${module}_SUBSCRIBES)
  get_property(folder GLOBAL PROPERTY BANYAN_MODULE_${module}_DIR)
  foreach(subscription IN LISTS subscriptions)
    string(REGEX MATCH "^([^.]*)\\.(.*)$" matched "${subscription}")
    set(source ${CMAKE_MATCH_1})
    set(event ${CMAKE_MATCH_2})
    if(NOT source IN_LIST ARGN)
      message(FATAL_ERROR "module '${module}' SUBSCRIBES '${subscription}', and there is no module"
        " '${source}'. Known are: ${ARGN}. Correct ${folder}/CMakeLists.txt.")
    endif()
    get_property(published GLOBAL PROPERTY BANYAN_MODULE_${source}_PUBLISHES)
    get_property(source_folder GLOBAL PROPERTY BANYAN_MODULE_${source}_DIR)
    set(header "${source_folder}/include/${source}/events.hpp")
    if(NOT events.hpp IN_LIST published)
      message(FATAL_ERROR "module '${module}' SUBSCRIBES '${subscription}', and '${source}' publishes no"
        " events. Write ${header} and list it in PUBLISHES; see docs/how-to/events.md.")
    endif()
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${header}")
    file(STRINGS "${header}" lines REGEX "\\.name = \"")
    set(names "")
    foreach(line IN LISTS lines)
      if(line MATCHES "\\.name = \"([a-z0-9_]+)\"")
        list(APPEND names ${CMAKE_MATCH_1})
      endif()
    endforeach()
    if(NOT event IN_LIST names)
      message(FATAL_ERROR "module '${module}' SUBSCRIBES '${subscription}', and '${source}' publishes no such"
        " event. In ${header} are: ${names}.")
    endif()
  endforeach()
endfunction()

# banyan_check_modules(): no module beside the others has been forgotten, every need is declared, every
# event that is followed is published, every table has one owner, and the arrows between modules have no cycle. Called once, after all
# modules.
function(banyan_check_modules)
  get_property(modules GLOBAL PROPERTY BANYAN_MODULES)
  banyan_find_forgotten_modules(${modules})
  foreach(module IN LISTS modules)
    get_property(needs GLOBAL PROPERTY BANYAN_MODULE_${module}_NEEDS)
    foreach(need IN LISTS needs)
      if(NOT need IN_LIST modules)
        get_property(folder GLOBAL PROPERTY BANYAN_MODULE_${module}_DIR)
        message(FATAL_ERROR "module '${module}' NEEDS '${need}', and there is no such module. Known"
          " are: ${modules}. Correct ${folder}/CMakeLists.txt.")
      endif()
    endforeach()
    banyan_private_check_subscriptions(${module} ${modules})
    get_property(tables GLOBAL PROPERTY BANYAN_MODULE_${module}_TABLES)
    foreach(table IN LISTS tables)
      string(TOLOWER "${table}" folded)  # as databases do
      if(DEFINED owner_of_${folded})
        message(FATAL_ERROR "table '${table}' is owned by '${owner_of_${folded}}' and by '${module}'."
          " A table has one owner; let the other ask its port.")
      endif()
      set(owner_of_${folded} ${module})
    endforeach()
  endforeach()
  # Take away, again and again, the modules that need nobody who is left; what stays is a cycle.
  set(left ${modules})
  set(order "")
  while(left)
    set(free "")
    foreach(module IN LISTS left)
      get_property(needs GLOBAL PROPERTY BANYAN_MODULE_${module}_NEEDS)
      set(blocked FALSE)
      foreach(need IN LISTS needs)
        if(need IN_LIST left)
          set(blocked TRUE)
        endif()
      endforeach()
      if(NOT blocked)
        list(APPEND free ${module})
      endif()
    endforeach()
    if(NOT free)
      message(FATAL_ERROR "the modules ${left} need each other in a circle. Turn one arrow round: let"
        " the one that is called publish an event, or move what both need into a third module.")
    endif()
    list(APPEND order ${free})
    list(REMOVE_ITEM left ${free})
  endwhile()
  set_property(GLOBAL PROPERTY BANYAN_MODULES_IN_ORDER "${order}")
endfunction()
