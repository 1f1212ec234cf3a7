# What tests/architecture looks at, and what it checks of an extracted application.

# banyan_write_manifest(): writes the declarations of all modules, and where their archives are, to
# banyan_modules.json in the build folder.
function(banyan_write_manifest)
  get_property(modules GLOBAL PROPERTY BANYAN_MODULES)
  set(rows "")
  foreach(module IN LISTS modules)
    get_property(needs GLOBAL PROPERTY BANYAN_MODULE_${module}_NEEDS)
    get_property(tables GLOBAL PROPERTY BANYAN_MODULE_${module}_TABLES)
    banyan_private_json_list(needs ${needs})
    banyan_private_json_list(tables ${tables})
    banyan_private_json_list(archives
      "$<TARGET_FILE:${module}.core>" "$<TARGET_FILE:${module}.module>")
    list(APPEND rows
      "{\"name\": \"${module}\", \"needs\": ${needs}, \"tables\": ${tables}, \"archives\": ${archives}}")
  endforeach()
  list(JOIN rows ",\n    " rows)
  set(kit "")
  get_property(libraries GLOBAL PROPERTY BANYAN_LIBRARIES)
  foreach(library IN LISTS libraries)
    get_target_property(folder ${library} SOURCE_DIR)
    cmake_path(RELATIVE_PATH folder BASE_DIRECTORY "${PROJECT_SOURCE_DIR}")
    if(NOT folder MATCHES "^(app|tests)/")
      list(APPEND kit "$<TARGET_FILE:${library}>")
    endif()
  endforeach()
  set(app "")
  banyan_private_archives_below("${PROJECT_SOURCE_DIR}/app" app)
  foreach(module IN LISTS modules)
    list(APPEND kit "$<TARGET_FILE:${module}.remote>")
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
# the proof could fail, is the application that hosts the module.
function(banyan_prove_extractions)
  find_package(Python3 3.11 REQUIRED COMPONENTS Interpreter)
  get_property(extractions GLOBAL PROPERTY BANYAN_EXTRACTIONS)
  foreach(extraction IN LISTS extractions)
    string(REPLACE "|" ";" extraction "${extraction}")
    list(GET extraction 0 control)
    list(GET extraction 1 program)
    list(GET extraction 2 module)
    set(name "architecture/extraction_proof/${program}/${module}")
    add_test(NAME ${name} COMMAND Python3::Interpreter
      "${PROJECT_SOURCE_DIR}/tests/architecture/prove_extraction.py"
      --manifest "${PROJECT_BINARY_DIR}/banyan_modules.json" --module ${module}
      --extracted "$<TARGET_FILE:${program}>" --control "$<TARGET_FILE:${control}>"
      --also-defined-in "$<TARGET_OBJECTS:${program}>" COMMAND_EXPAND_LISTS)
  endforeach()
endfunction()
