# banyan_check_options(): what the options of the project say together can be done. One that is set and has no
# effect is a mistake that nobody sees.
function(banyan_check_options)
  if(BANYAN_PACKAGE AND NOT BANYAN_INSTALL)
    message(FATAL_ERROR "-DBANYAN_PACKAGE=ON: packages are made of what is installed, and BANYAN_INSTALL is OFF."
      " Use ./dev package, or -DBANYAN_INSTALL=ON.")
  endif()
  if(BANYAN_PROVE_LABS STREQUAL "all")
    return()
  endif()
  file(GLOB labs RELATIVE "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../labs"
       "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../labs/*/lab.toml")
  list(TRANSFORM labs REPLACE "^(..).*$" "\\1")
  foreach(number IN LISTS BANYAN_PROVE_LABS)
    if(NOT number IN_LIST labs)
      list(JOIN labs ";" known)
      message(FATAL_ERROR "-DBANYAN_PROVE_LABS=${BANYAN_PROVE_LABS}: there is no lab '${number}'. There are:"
        " ${known}; or all.")
    endif()
  endforeach()
endfunction()
