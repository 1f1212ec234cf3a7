# What `cmake --install` adds to the libraries: how others find them, and the functions with which
# they declare modules and applications.
include(CMakePackageConfigHelpers)

set(banyan_package "${CMAKE_INSTALL_LIBDIR}/cmake/Banyan")
get_property(BANYAN_COMPONENTS GLOBAL PROPERTY BANYAN_COMPONENTS)
configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/BanyanConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/BanyanConfig.cmake" INSTALL_DESTINATION "${banyan_package}"
  PATH_VARS CMAKE_INSTALL_DATADIR CMAKE_INSTALL_BINDIR
  NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
# Before 1.0 any minor version may break.
write_basic_package_version_file("${PROJECT_BINARY_DIR}/BanyanConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(EXPORT BanyanTargets NAMESPACE Banyan:: DESTINATION "${banyan_package}" COMPONENT development)
install(FILES
  "${PROJECT_BINARY_DIR}/BanyanConfig.cmake" "${PROJECT_BINARY_DIR}/BanyanConfigVersion.cmake"
  "${CMAKE_CURRENT_LIST_DIR}/BanyanDependencies.cmake" "${CMAKE_CURRENT_LIST_DIR}/FindSOCI.cmake"
  "${CMAKE_CURRENT_LIST_DIR}/FindSodium.cmake"
  "${CMAKE_CURRENT_LIST_DIR}/BanyanModule.cmake" "${CMAKE_CURRENT_LIST_DIR}/BanyanApp.cmake"
  "${CMAKE_CURRENT_LIST_DIR}/BanyanEmbed.cmake" "${CMAKE_CURRENT_LIST_DIR}/BanyanArchitecture.cmake"
  "${CMAKE_CURRENT_LIST_DIR}/BanyanMap.cmake"
  "${CMAKE_CURRENT_LIST_DIR}/port_binding.cpp.in" "${CMAKE_CURRENT_LIST_DIR}/subscriptions.cpp.in"
  DESTINATION "${banyan_package}" COMPONENT development)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/tests/architecture/"
  DESTINATION "${CMAKE_INSTALL_DATADIR}/banyan/architecture" COMPONENT development
  FILES_MATCHING PATTERN "check.py" PATTERN "prove_extraction.py" PATTERN "checker/*.py"
  PATTERN "one_place.toml" EXCLUDE PATTERN "violations" EXCLUDE PATTERN "configure" EXCLUDE
  PATTERN "unit" EXCLUDE PATTERN "__pycache__" EXCLUDE)
install(TARGETS banyan RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT command)
