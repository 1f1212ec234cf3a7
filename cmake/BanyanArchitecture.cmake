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
  set(app "")
  get_property(libraries GLOBAL PROPERTY BANYAN_LIBRARIES)
  foreach(library IN LISTS libraries)
    get_target_property(folder ${library} SOURCE_DIR)
    cmake_path(RELATIVE_PATH folder BASE_DIRECTORY "${PROJECT_SOURCE_DIR}")
    if(folder MATCHES "^app/")
      list(APPEND app "$<TARGET_FILE:${library}>")
    elseif(NOT folder MATCHES "^tests/")
      list(APPEND kit "$<TARGET_FILE:${library}>")
    endif()
  endforeach()
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

# banyan_add_extraction_proof(<app> <flavour> <module>): a test that nothing which the module's core
# and module archives define is left in flavours/<flavour>/<app>, with <app> itself as the control
# that would show it.
function(banyan_add_extraction_proof app flavour module)
  foreach(target ${app} ${app}.${flavour} ${module}.core ${module}.module)
    if(NOT TARGET ${target})
      message(FATAL_ERROR "banyan_add_extraction_proof(${app} ${flavour} ${module}): there is no target"
        " '${target}'. Flavours are made by banyan_add_flavour(${app} ${flavour} EXTRACT ${module}).")
    endif()
  endforeach()
  find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)
  set(name "architecture/extraction_proof/${app}.${flavour}/${module}")
  add_test(NAME ${name} COMMAND Python3::Interpreter
    "${PROJECT_SOURCE_DIR}/tests/architecture/prove_extraction.py"
    --manifest "${PROJECT_BINARY_DIR}/banyan_modules.json" --module ${module}
    --extracted "$<TARGET_FILE:${app}.${flavour}>" --control "$<TARGET_FILE:${app}>"
    --also-defined-in "$<TARGET_OBJECTS:${app}.${flavour}>" COMMAND_EXPAND_LISTS)
  set_tests_properties(${name} PROPERTIES LABELS architecture TIMEOUT 60)
endfunction()
