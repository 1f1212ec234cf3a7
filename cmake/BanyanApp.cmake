# banyan_add_app(<name> MODULES … LINKS …)
#
# An application: one executable that hosts modules. LINKS is the library that holds `main` and all
# that is the application's own. Which modules are linked, routed or extracted is in one generated
# file (the composition table) and on the link line, nowhere else:
#
#   <name>           as the cache variables BANYAN_ROUTED and BANYAN_EXTRACT say
#   <name>-<module>  the service of one module, for every module
#
# banyan_check_apps() after them stops where a module has been forgotten.
#
# banyan_add_flavour(<name> <flavour> [ROUTED …] [EXTRACT …]) adds another build of the same
# application beside it, as flavours/<flavour>/<name>; tests and the journey use several at once.
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
  endforeach()
  foreach(flag ROUTED EXTRACT)
    foreach(module IN LISTS BANYAN_${flag})
      if(NOT module IN_LIST arg_MODULES)
        message(FATAL_ERROR "-DBANYAN_${flag}=${module}: ${name} has no module '${module}'. It has:"
          " ${arg_MODULES}.")
      endif()
    endforeach()
  endforeach()
  set_property(GLOBAL PROPERTY BANYAN_APP_${name}_MODULES "${arg_MODULES}")
  set_property(GLOBAL APPEND PROPERTY BANYAN_HOSTED_MODULES ${arg_MODULES})
  set_property(GLOBAL PROPERTY BANYAN_APP_${name}_LINKS "${arg_LINKS}")
  set_property(GLOBAL PROPERTY BANYAN_APP_${name}_EXTRACTED "${BANYAN_EXTRACT}")
  banyan_private_executable(${name} ${name} "" "${BANYAN_ROUTED}" "${BANYAN_EXTRACT}")
  foreach(module IN LISTS arg_MODULES)
    set(others ${arg_MODULES})
    list(REMOVE_ITEM others ${module})
    banyan_private_executable(${name} ${name}-${module} "" "" "${others}")
  endforeach()
endfunction()

# banyan_check_apps(): every module is in an application. Called once, after all applications.
function(banyan_check_apps)
  get_property(modules GLOBAL PROPERTY BANYAN_MODULES)
  get_property(hosted GLOBAL PROPERTY BANYAN_HOSTED_MODULES)
  foreach(module IN LISTS modules)
    if(NOT module IN_LIST hosted)
      message(FATAL_ERROR "module '${module}' is in no application, so nobody could call it. Add it to"
        " banyan_add_app(… MODULES …).")
    endif()
  endforeach()
endfunction()

function(banyan_add_flavour name flavour)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "" "ROUTED;EXTRACT")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "banyan_add_flavour(${name} ${flavour}): unknown argument(s)"
      " ${arg_UNPARSED_ARGUMENTS}. Known are ROUTED EXTRACT.")
  endif()
  get_property(modules GLOBAL PROPERTY BANYAN_APP_${name}_MODULES)
  foreach(module IN LISTS arg_ROUTED arg_EXTRACT)
    if(NOT module IN_LIST modules)
      message(FATAL_ERROR "banyan_add_flavour(${name} ${flavour}): ${name} has no module '${module}'."
        " It has: ${modules}.")
    endif()
  endforeach()
  banyan_private_executable(${name} ${name}.${flavour} "${flavour}" "${arg_ROUTED}" "${arg_EXTRACT}")
endfunction()

function(banyan_private_executable app target flavour routed extract)
  get_property(modules GLOBAL PROPERTY BANYAN_APP_${app}_MODULES)
  get_property(links GLOBAL PROPERTY BANYAN_APP_${app}_LINKS)
  get_property(order GLOBAL PROPERTY BANYAN_MODULES_IN_ORDER)
  set(includes "")
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
    banyan_type_name(${module} port)
    get_property(needs GLOBAL PROPERTY BANYAN_MODULE_${module}_NEEDS)
    get_property(tables GLOBAL PROPERTY BANYAN_MODULE_${module}_TABLES)
    list(APPEND libraries ${module}.remote)
    list(JOIN needs "\", \"" need_names)
    if(need_names)
      set(need_names "\"${need_names}\"")
    endif()
    list(JOIN tables "\", \"" table_names)
    if(table_names)
      set(table_names "\"${table_names}\"")
    endif()
    string(APPEND includes "#include \"${module}/port.hpp\"\n")
    if(module IN_LIST extract)
      # Where the application itself hosts the module, tests/architecture proves that this one does not.
      get_property(extracted_everywhere GLOBAL PROPERTY BANYAN_APP_${app}_EXTRACTED)
      if(NOT module IN_LIST extracted_everywhere)
        set_property(GLOBAL APPEND PROPERTY BANYAN_EXTRACTIONS "${app}|${target}|${module}")
      endif()
      string(APPEND rows "  table.push_back(extracted<${module}::${port}>({${need_names}}));\n")
    else()
      set(linkage Linked)
      if(module IN_LIST routed)
        set(linkage Routed)
      endif()
      list(APPEND libraries ${module}.module)
      set(arguments "")
      foreach(need IN LISTS needs)
        banyan_type_name(${need} need_port)
        list(APPEND arguments "ports.get<${need}::${need_port}>()")
      endforeach()
      list(JOIN arguments ", " arguments)
      string(APPEND includes "#include \"${module}/module.hpp\"\n")
      string(APPEND rows
"  table.push_back(hosted<${module}::${port}>(
      Linkage::${linkage}, {${need_names}}, {${table_names}}, ${module}::migrations(),
      []([[maybe_unused]] Ports& ports, sql::ModuleDatabase& database,
         const Environment& environment) {
        return ${module}::make_${module}({${arguments}}, database, environment);
      }));\n")
      string(APPEND forwards
"namespace ${module} {\nconst std::vector<banyan::migrations::Script>& migrations();\n}\n")
    endif()
  endforeach()
  set(source "${CMAKE_CURRENT_BINARY_DIR}/${target}_composition.cpp")
  file(CONFIGURE OUTPUT "${source}" @ONLY CONTENT
"// Generated by banyan_add_app(${app}) for ${target}; do not edit. The only file in which the
// builds of the application differ.
#include \"host/composition.hpp\"
@includes@
@forwards@
namespace banyan::host {
std::vector<ModuleEntry> composition() {
  std::vector<ModuleEntry> table;
@rows@  return table;
}
}  // namespace banyan::host
")
  add_executable(${target} "${source}")
  target_link_libraries(${target} PRIVATE ${links} ${libraries})
  target_compile_options(${target} PRIVATE ${BANYAN_WARNINGS})
  if(flavour)
    set_target_properties(${target} PROPERTIES OUTPUT_NAME ${app}
      RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin/flavours/${flavour}")
  else()
    set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
  endif()
endfunction()
