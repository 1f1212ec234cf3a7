# What tests/architecture looks at, and what it checks of an extracted application.

# banyan_check_architecture([BASELINE <file>]): the test architecture/check, which looks for what
# breaks a module's boundary in the whole project: includes, symbols, SQL, hidden inputs. BASELINE
# lists the violations that are allowed for now, one on a line; it may only shrink. The project has the
# folders modules/, app/, migrations/ and tests/. Called once, after all applications.
function(banyan_check_architecture)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "BASELINE" "")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "banyan_check_architecture: unknown argument(s) ${arg_UNPARSED_ARGUMENTS}. Known"
      " is BASELINE.")
  endif()
  find_package(Python3 3.11 REQUIRED COMPONENTS Interpreter)
  get_property(checker GLOBAL PROPERTY BANYAN_ARCHITECTURE_DIR)
  banyan_private_write_manifest()
  set(baseline "")
  if(arg_BASELINE)
    cmake_path(ABSOLUTE_PATH arg_BASELINE)
    if(NOT EXISTS "${arg_BASELINE}")
      message(FATAL_ERROR "banyan_check_architecture: BASELINE ${arg_BASELINE} is not there. An empty"
        " file allows nothing.")
    endif()
    set(baseline --baseline "${arg_BASELINE}")
  endif()
  add_test(NAME architecture/check COMMAND Python3::Interpreter "${checker}/check.py"
    --source "${PROJECT_SOURCE_DIR}" --build "${PROJECT_BINARY_DIR}" ${baseline})
endfunction()

# Writes the declarations of all modules, and where their archives are, to banyan_modules.json in the
# build folder.
function(banyan_private_write_manifest)
  get_property(modules GLOBAL PROPERTY BANYAN_MODULES)
  set(rows "")
  foreach(module IN LISTS modules)
    get_property(needs GLOBAL PROPERTY BANYAN_MODULE_${module}_NEEDS)
    get_property(tables GLOBAL PROPERTY BANYAN_MODULE_${module}_TABLES)
    get_property(parties GLOBAL PROPERTY BANYAN_MODULE_${module}_PARTIES)
    get_property(subscribes GLOBAL PROPERTY BANYAN_MODULE_${module}_SUBSCRIBES)
    banyan_private_json_list(needs ${needs})
    banyan_private_json_list(subscribes ${subscribes})
    banyan_private_json_list(tables ${tables})
    banyan_private_json_list(parties ${parties})
    banyan_private_json_list(archives
      "$<TARGET_FILE:${module}.core>" "$<TARGET_FILE:${module}.module>")
    list(APPEND rows
      "{\"name\": \"${module}\", \"needs\": ${needs}, \"subscribes\": ${subscribes}, \"tables\": ${tables}, \"parties\": ${parties}, \"archives\": ${archives}}")
  endforeach()
  list(JOIN rows ",\n    " rows)
  set(kit "")
  get_property(libraries GLOBAL PROPERTY BANYAN_LIBRARIES)
  foreach(library IN LISTS libraries)
    get_target_property(folder ${library} SOURCE_DIR)
    get_target_property(imported ${library} IMPORTED)
    cmake_path(RELATIVE_PATH folder BASE_DIRECTORY "${PROJECT_SOURCE_DIR}")
    if(imported OR NOT folder MATCHES "^(app|tests)/")
      list(APPEND kit "$<TARGET_FILE:${library}>")
    endif()
  endforeach()
  set(app "")
  if(IS_DIRECTORY "${PROJECT_SOURCE_DIR}/app")
    banyan_private_archives_below("${PROJECT_SOURCE_DIR}/app" app)
  endif()
  foreach(module IN LISTS modules)
    list(APPEND kit "$<TARGET_FILE:${module}.remote>")
    if(TARGET ${module}.entry)
      list(APPEND kit "$<TARGET_FILE:${module}.entry>")
    endif()
  endforeach()
  banyan_private_json_list(kit ${kit})
  banyan_private_json_list(app ${app})
  file(GENERATE OUTPUT "${PROJECT_BINARY_DIR}/banyan_modules.json" CONTENT
"{
  \"modules\": [
    ${rows}
  ],
  \"kit_archives\": ${kit},
  \"app_archives\": ${app}
}
")
endfunction()

function(banyan_private_json_list out)
  list(JOIN ARGN "\", \"" items)
  if(items)
    set(items "\"${items}\"")
  endif()
  set(${out} "[${items}]" PARENT_SCOPE)
endfunction()

# The archives of all static libraries of a folder and the folders below it.
function(banyan_private_archives_below folder out)
  set(archives ${${out}})
  get_property(targets DIRECTORY "${folder}" PROPERTY BUILDSYSTEM_TARGETS)
  foreach(target IN LISTS targets)
    get_target_property(type ${target} TYPE)
    if(type STREQUAL STATIC_LIBRARY)
      list(APPEND archives "$<TARGET_FILE:${target}>")
    endif()
  endforeach()
  get_property(below DIRECTORY "${folder}" PROPERTY SUBDIRECTORIES)
  foreach(subfolder IN LISTS below)
    banyan_private_archives_below("${subfolder}" archives)
  endforeach()
  set(${out} "${archives}" PARENT_SCOPE)
endfunction()

# banyan_prove_extractions(): for each program that a module was extracted from, a test that nothing
# which the module's core and module archives define is left in it. The control, which shows that
# the proof could fail, is the application that hosts the module. Programs that are built on demand
# only are not there when tests run, and have none.
function(banyan_prove_extractions)
  find_package(Python3 3.11 REQUIRED COMPONENTS Interpreter)
  get_property(checker GLOBAL PROPERTY BANYAN_ARCHITECTURE_DIR)
  get_property(extractions GLOBAL PROPERTY BANYAN_EXTRACTIONS)
  foreach(extraction IN LISTS extractions)
    string(REPLACE "|" ";" extraction "${extraction}")
    list(GET extraction 0 control)
    list(GET extraction 1 program)
    list(GET extraction 2 module)
    get_target_property(on_demand ${program} EXCLUDE_FROM_ALL)
    if(on_demand)
      continue()
    endif()
    set(name "architecture/extraction_proof/${program}/${module}")
    add_test(NAME ${name} COMMAND Python3::Interpreter
      "${checker}/prove_extraction.py"
      --manifest "${PROJECT_BINARY_DIR}/banyan_modules.json" --module ${module}
      --extracted "$<TARGET_FILE:${program}>" --control "$<TARGET_FILE:${control}>"
      --also-defined-in "$<TARGET_OBJECTS:${program}>" COMMAND_EXPAND_LISTS)
  endforeach()
endfunction()
