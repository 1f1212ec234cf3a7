# banyan_add_map(<app> [INTO <folder>] [BASELINE <file>]): the map of an application: its modules, what is
# between them, and all operations, made by `banyan map` from what the program says of itself
# (--describe) and from the READMEs and sources of its modules.
#
#   <app>.map   the target that writes the pages into INTO (docs/map of the project)
#   map/<app>   the test that they are what the program says; once they are there
#
# BASELINE is that of banyan_check_architecture(): what it allows for now is on the map, too.
function(banyan_add_map app)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "INTO;BASELINE" "")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "banyan_add_map(${app}): unknown argument(s) ${arg_UNPARSED_ARGUMENTS}. Known are"
      " INTO BASELINE.")
  endif()
  get_property(modules GLOBAL PROPERTY BANYAN_APP_${app}_MODULES)
  if(NOT modules)
    message(FATAL_ERROR "banyan_add_map(${app}): there is no such application. Call banyan_add_app(${app}"
      " …) before.")
  endif()
  if(NOT arg_INTO)
    set(arg_INTO "${PROJECT_SOURCE_DIR}/docs/map")
  endif()
  cmake_path(ABSOLUTE_PATH arg_INTO)

  set(rows "")
  foreach(module IN LISTS modules)
    get_property(folder GLOBAL PROPERTY BANYAN_MODULE_${module}_DIR)
    list(APPEND rows "\"${module}\": \"${folder}\"")
  endforeach()
  list(JOIN rows ",\n  " rows)
  set(baseline "")
  if(arg_BASELINE)
    cmake_path(ABSOLUTE_PATH arg_BASELINE)
    set(baseline "${arg_BASELINE}")
  endif()
  set(sources "${CMAKE_CURRENT_BINARY_DIR}/${app}_sources.json")
  file(CONFIGURE OUTPUT "${sources}" @ONLY CONTENT
    "{\"modules\": {\n  @rows@},\n\"baseline\": \"@baseline@\"}\n")

  if(TARGET banyan)
    set(banyan "$<TARGET_FILE:banyan>")
  else()
    find_program(BANYAN_PROGRAM banyan HINTS "${BANYAN_BINDIR}")
    if(NOT BANYAN_PROGRAM)
      message(STATUS "banyan_add_map(${app}): there is no program banyan, which draws it. Install the"
        " package banyan, or say -DBANYAN_PROGRAM=<file>.")
      return()
    endif()
    set(banyan "${BANYAN_PROGRAM}")
  endif()
  set(draw "'$<TARGET_FILE:${app}>' --describe | '${banyan}' map - --sources '${sources}' --into")
  add_custom_target(${app}.map COMMAND sh -c "${draw} '${arg_INTO}'" VERBATIM)
  add_dependencies(${app}.map ${app})
  if(TARGET banyan)
    add_dependencies(${app}.map banyan)
  endif()
  # What was extracted from a build, that build cannot describe.
  get_property(extracted GLOBAL PROPERTY BANYAN_APP_${app}_EXTRACTED)
  if(EXISTS "${arg_INTO}/README.md" AND NOT extracted)
    add_test(NAME map/${app} COMMAND sh -c "${draw} '${arg_INTO}' --check")
  endif()
  set_property(GLOBAL PROPERTY BANYAN_APP_${app}_DRAW "${draw}")
endfunction()
