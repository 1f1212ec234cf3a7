# What `cmake --install` adds to the command: its man pages and completions, made by the command
# itself. And, where BANYAN_PACKAGE is on, Debian packages of all that it takes: `./dev package`.
set(banyan_manual "${PROJECT_BINARY_DIR}/manual")
set(banyan_at_day "")
set(banyan_compress "")
if(BANYAN_PACKAGE)
  # Said here, so that another day makes the pages anew.
  set(banyan_at_day ${CMAKE_COMMAND} -E env "SOURCE_DATE_EPOCH=$ENV{SOURCE_DATE_EPOCH}")
  set(banyan_compress COMMAND find "${banyan_manual}/man" -type f -exec gzip -9n "{}" +)
endif()
add_custom_command(OUTPUT "${banyan_manual}/cli.md"
  COMMAND ${CMAKE_COMMAND} -E rm -rf "${banyan_manual}"
  COMMAND ${banyan_at_day} $<TARGET_FILE:banyan> manual "${banyan_manual}"
  ${banyan_compress}
  DEPENDS banyan COMMENT "Man pages and completions" VERBATIM)
add_custom_target(manual ALL DEPENDS "${banyan_manual}/cli.md")
install(DIRECTORY "${banyan_manual}/" DESTINATION "${CMAKE_INSTALL_DATADIR}" COMPONENT command
  PATTERN cli.md EXCLUDE)

if(NOT BANYAN_PACKAGE)
  return()
endif()
if("$ENV{SOURCE_DATE_EPOCH}" STREQUAL "")
  message(FATAL_ERROR "BANYAN_PACKAGE: SOURCE_DATE_EPOCH is not set, so that two builds would differ."
    " Use ./dev package, which takes it from the commit.")
endif()
if(NOT CMAKE_INSTALL_PREFIX STREQUAL "/usr")
  message(FATAL_ERROR "BANYAN_PACKAGE: the prefix is ${CMAKE_INSTALL_PREFIX}, and packages are for /usr."
    " Use ./dev package, or the preset `package`.")
endif()

# The Debian package of each entry of BANYAN_DEPENDENCIES.
set(banyan_debian_Threads libc6-dev)
set(banyan_debian_Boost libboost1.81-dev)
set(banyan_debian_SQLite3 libsqlite3-dev)
set(banyan_debian_PostgreSQL libpq-dev)
set(banyan_debian_SOCI libsoci-dev)
set(banyan_debian_nlohmann_json nlohmann-json3-dev)
set(banyan_debian_fmt libfmt-dev)
set(banyan_debian_spdlog libspdlog-dev)
set(banyan_debian_prometheus-cpp prometheus-cpp-dev)
set(banyan_debian_tomlplusplus libtomlplusplus-dev)
set(banyan_debian_OpenSSL libssl-dev)
set(banyan_debian_Sodium libsodium-dev)
set(banyan_debian_ZLIB zlib1g-dev)
set(banyan_debian_Protobuf libprotobuf-dev protobuf-compiler)
set(banyan_debian_Poco libpoco-dev)
set(banyan_development_needs "")
foreach(dependency IN LISTS BANYAN_DEPENDENCIES)
  string(REGEX MATCH "^[^ ]+" name "${dependency}")
  if(NOT banyan_debian_${name})
    message(FATAL_ERROR "BANYAN_DEPENDENCIES has ${name}, and nobody says which Debian package that is."
      " Add set(banyan_debian_${name} …) in cmake/BanyanPackage.cmake.")
  endif()
  list(APPEND banyan_development_needs ${banyan_debian_${name}})
endforeach()
# banyan_check_architecture() and its kin.
list(APPEND banyan_development_needs python3 binutils)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME banyan)
set(CPACK_PACKAGE_VENDOR "The Banyan authors")
set(CPACK_PACKAGE_CONTACT "The Banyan authors <banyan-kit@users.noreply.github.com>")
set(CPACK_PACKAGE_VERSION "${PROJECT_VERSION}")
# Each package says for itself what it is.
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE
    GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_COMPONENTS_ALL command development)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_COMMAND_PACKAGE_NAME banyan)
set(CPACK_DEBIAN_COMMAND_PACKAGE_SECTION net)
set(CPACK_DEBIAN_COMMAND_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_COMMAND_PACKAGE_DEPENDS "adduser")
set(CPACK_DEBIAN_COMMAND_PACKAGE_SUGGESTS "libbanyan-dev, logrotate")
set(CPACK_COMPONENT_COMMAND_DESCRIPTION
"Proxy and command line that take a monolith apart
Stands in front of an application of any kind, moves its traffic to new
services route by route and by percentage, and back, and keeps a
tamper-evident log of every switch. The same command separates a module's
tables from a shared database, and writes new applications and modules
for the C++ kit (libbanyan-dev).")
set(banyan_scripts "${PROJECT_SOURCE_DIR}/packaging/debian/banyan")
set(CPACK_DEBIAN_COMMAND_PACKAGE_CONTROL_EXTRA "${banyan_scripts}/conffiles"
    "${banyan_scripts}/postinst" "${banyan_scripts}/prerm" "${banyan_scripts}/postrm")

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libbanyan-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
list(JOIN banyan_development_needs ", " CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS)
# What an application that `banyan new` has written is built and tested with.
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_RECOMMENDS
    "banyan, g++ (>= 4:12), cmake (>= 3.25), ninja-build, libgtest-dev, libgmock-dev")
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION
"C++ kit that takes a monolith apart: libraries and CMake functions
Modules that meet only at ports, extracted to a service of their own by a
build flag: headers, static libraries, the CMake package Banyan with its
functions, and the architecture checks.
.
`banyan new app NAME` writes an application to begin with.")

# Debian's documents, in both packages.
set(BANYAN_DEBIAN_VERSION "${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}")
string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)
configure_file("${PROJECT_SOURCE_DIR}/packaging/debian/changelog.in"
  "${PROJECT_BINARY_DIR}/packaging/changelog.Debian" @ONLY)
configure_file("${PROJECT_SOURCE_DIR}/CHANGELOG.md" "${PROJECT_BINARY_DIR}/packaging/changelog" COPYONLY)
foreach(file changelog changelog.Debian)
  execute_process(COMMAND gzip -9nc "${PROJECT_BINARY_DIR}/packaging/${file}"
    OUTPUT_FILE "${PROJECT_BINARY_DIR}/packaging/${file}.gz" COMMAND_ERROR_IS_FATAL ANY)
endforeach()
foreach(package command:banyan development:libbanyan-dev)
  string(REPLACE ":" ";" package "${package}")
  list(GET package 0 component)
  list(GET package 1 name)
  install(FILES "${PROJECT_SOURCE_DIR}/packaging/debian/copyright"
    "${PROJECT_BINARY_DIR}/packaging/changelog.gz" "${PROJECT_BINARY_DIR}/packaging/changelog.Debian.gz"
    DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/${name}" COMPONENT ${component})
endforeach()

# The proxy as a service.
install(FILES "${PROJECT_SOURCE_DIR}/packaging/banyan-proxy.service"
  DESTINATION /lib/systemd/system COMPONENT command)
install(PROGRAMS "${PROJECT_SOURCE_DIR}/packaging/reload-proxy"
  DESTINATION /usr/lib/banyan COMPONENT command)
install(FILES "${PROJECT_SOURCE_DIR}/packaging/banyan.toml" DESTINATION /etc/banyan COMPONENT command)
install(FILES "${PROJECT_SOURCE_DIR}/packaging/banyan-proxy.logrotate"
  DESTINATION /etc/logrotate.d RENAME banyan-proxy COMPONENT command)
include(CPack)
