# banyan_add_module(<name>
#   PUBLISHES   port.hpp module.hpp http.hpp   # include/<name>/: all that others may include
#   NEEDS       catalog …                      # other modules' ports; must stay acyclic
#   TABLES      orders order_lines             # owned; nobody else may touch them
#   CORE        domain/order.cpp …             # src/: rules and use cases, std + kernel only
#   PERSISTENCE persistence/soci_orders.cpp …  # src/: repositories, may use adapters/sql
#   WIRING      module.cpp)                    # src/: what it provides and needs
#
# By convention the port of module `order_desk` is the type `order_desk::OrderDesk`, published in
# port.hpp, its resources are `order_desk::http_resources` in http.hpp, and module.hpp declares
# `struct Needs` and `make_order_desk(Needs, banyan::sql::ModuleDatabase&, const
# banyan::Environment&)`. Migrations are migrations/<name>/NNNN_*.sql.
#
# Targets:
#   <name>.api     INTERFACE, the published language: the only thing that others link
#   <name>.core    STATIC, domain and application
#   <name>.module  STATIC, persistence, wiring and migrations: linked by applications that host it
#   <name>.remote  STATIC, the wire codec and network adapters, generated from port.hpp + http.hpp
include("${CMAKE_CURRENT_LIST_DIR}/BanyanEmbed.cmake")
set(BANYAN_CMAKE_DIR "${CMAKE_CURRENT_LIST_DIR}")

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

function(banyan_add_module name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "PUBLISHES;NEEDS;TABLES;CORE;PERSISTENCE;WIRING")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "banyan_add_module(${name}): unknown argument(s) ${arg_UNPARSED_ARGUMENTS}."
      " Known are PUBLISHES NEEDS TABLES CORE PERSISTENCE WIRING.")
  endif()
  if(NOT name MATCHES "^[a-z][a-z0-9_]*$")
    message(FATAL_ERROR "banyan_add_module(${name}): a module's name is its C++ namespace: lower-case"
      " letters, digits and '_', beginning with a letter.")
  endif()
  foreach(required port.hpp module.hpp http.hpp)
    if(NOT required IN_LIST arg_PUBLISHES)
      message(FATAL_ERROR "banyan_add_module(${name}): PUBLISHES lacks ${required}. Write"
        " ${CMAKE_CURRENT_SOURCE_DIR}/include/${name}/${required} and list it; see"
        " docs/how-to/add-a-module.md.")
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
        " modules/${owner}/include/${owner}/. See docs/adr/0002-modules-meet-at-ports.md.")
    endif()
  endforeach()

  set(published "${CMAKE_CURRENT_SOURCE_DIR}/include")
  set(private "${CMAKE_CURRENT_SOURCE_DIR}/src")
  banyan_type_name(${name} port)

  add_library(${name}.api INTERFACE)
  set(headers ${arg_PUBLISHES})
  list(TRANSFORM headers PREPEND "${published}/${name}/")
  target_sources(${name}.api INTERFACE FILE_SET HEADERS BASE_DIRS "${published}" FILES ${headers})
  set_target_properties(${name}.api PROPERTIES VERIFY_INTERFACE_HEADER_SETS ${PROJECT_IS_TOP_LEVEL})
  set(needed_apis ${arg_NEEDS})
  list(TRANSFORM needed_apis APPEND ".api")
  # module.hpp names the ports that the module needs, hence INTERFACE.
  target_link_libraries(${name}.api INTERFACE banyan.kernel ${needed_apis})

  list(TRANSFORM arg_CORE PREPEND "${private}/")
  add_library(${name}.core STATIC ${arg_CORE})
  target_include_directories(${name}.core PRIVATE "${private}")
  target_link_libraries(${name}.core PUBLIC ${name}.api)
  target_compile_options(${name}.core PRIVATE ${BANYAN_WARNINGS})

  list(TRANSFORM arg_PERSISTENCE PREPEND "${private}/")
  list(TRANSFORM arg_WIRING PREPEND "${private}/")
  banyan_embed_migrations(${name} "${PROJECT_SOURCE_DIR}/migrations/${name}" migrations_source)
  add_library(${name}.module STATIC ${arg_PERSISTENCE} ${arg_WIRING} "${migrations_source}")
  target_include_directories(${name}.module PRIVATE "${private}")
  target_link_libraries(${name}.module PUBLIC ${name}.api
                        PRIVATE ${name}.core banyan.sql banyan.migrations)
  target_compile_options(${name}.module PRIVATE ${BANYAN_WARNINGS})

  set(MODULE ${name})
  set(PORT ${port})
  configure_file("${BANYAN_CMAKE_DIR}/wire.cpp.in" "${CMAKE_CURRENT_BINARY_DIR}/${name}_wire.cpp" @ONLY)
  add_library(${name}.remote STATIC "${CMAKE_CURRENT_BINARY_DIR}/${name}_wire.cpp")
  target_link_libraries(${name}.remote PUBLIC ${name}.api banyan.binding)
  target_compile_options(${name}.remote PRIVATE ${BANYAN_WARNINGS})

  set_property(GLOBAL APPEND PROPERTY BANYAN_MODULES ${name})
  set_property(GLOBAL PROPERTY BANYAN_MODULE_${name}_NEEDS "${arg_NEEDS}")
  set_property(GLOBAL PROPERTY BANYAN_MODULE_${name}_TABLES "${arg_TABLES}")
  set_property(GLOBAL PROPERTY BANYAN_MODULE_${name}_DIR "${CMAKE_CURRENT_SOURCE_DIR}")
endfunction()

# banyan_check_modules(): every need is declared, every table has one owner, and the arrows between
# modules have no cycle. Called once, after all modules.
function(banyan_check_modules)
  get_property(modules GLOBAL PROPERTY BANYAN_MODULES)
  foreach(module IN LISTS modules)
    get_property(needs GLOBAL PROPERTY BANYAN_MODULE_${module}_NEEDS)
    foreach(need IN LISTS needs)
      if(NOT need IN_LIST modules)
        message(FATAL_ERROR "module '${module}' NEEDS '${need}', and there is no such module. Known"
          " are: ${modules}. Correct modules/${module}/CMakeLists.txt.")
      endif()
    endforeach()
    get_property(tables GLOBAL PROPERTY BANYAN_MODULE_${module}_TABLES)
    foreach(table IN LISTS tables)
      if(DEFINED owner_of_${table})
        message(FATAL_ERROR "table '${table}' is owned by '${owner_of_${table}}' and by '${module}'."
          " A table has one owner; let the other ask its port.")
      endif()
      set(owner_of_${table} ${module})
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
