# Finds the C++ Actor Framework. Debian's libcaf-dev installs headers and shared
# libraries, but no CMake package.
#
# Imports CAF::core, and CAF::io and CAF::openssl where they are installed. They
# are components too: `find_package(CAF 0.17.6 COMPONENTS io)`.
include(FindPackageHandleStandardArgs)

find_path(CAF_INCLUDE_DIR NAMES caf/actor_system.hpp)
mark_as_advanced(CAF_INCLUDE_DIR)

# config.hpp says 1706 for 0.17.6.
if(EXISTS "${CAF_INCLUDE_DIR}/caf/config.hpp")
  file(STRINGS "${CAF_INCLUDE_DIR}/caf/config.hpp" CAF_VERSION REGEX "#define CAF_VERSION [0-9]+")
  string(REGEX MATCH "[0-9]+$" CAF_VERSION "${CAF_VERSION}")
  math(EXPR caf_major "${CAF_VERSION} / 10000")
  math(EXPR caf_minor "${CAF_VERSION} / 100 % 100")
  math(EXPR caf_patch "${CAF_VERSION} % 100")
  set(CAF_VERSION "${caf_major}.${caf_minor}.${caf_patch}")
endif()

foreach(component IN ITEMS core io openssl)
  find_library(CAF_${component}_LIBRARY NAMES caf_${component})
  mark_as_advanced(CAF_${component}_LIBRARY)
  if(CAF_${component}_LIBRARY)
    set(CAF_${component}_FOUND TRUE)
  endif()
endforeach()

find_package_handle_standard_args(CAF
  REQUIRED_VARS CAF_core_LIBRARY CAF_INCLUDE_DIR
  VERSION_VAR CAF_VERSION
  HANDLE_VERSION_RANGE
  HANDLE_COMPONENTS
)
if(NOT CAF_FOUND)
  return()
endif()

find_package(Threads REQUIRED)
set(caf_core_needs Threads::Threads)
set(caf_io_needs CAF::core)
set(caf_openssl_needs CAF::io)
foreach(component IN ITEMS core io openssl)
  if(CAF_${component}_FOUND AND NOT TARGET CAF::${component})
    add_library(CAF::${component} UNKNOWN IMPORTED)
    set_target_properties(CAF::${component} PROPERTIES
      IMPORTED_LOCATION "${CAF_${component}_LIBRARY}"
      INTERFACE_INCLUDE_DIRECTORIES "${CAF_INCLUDE_DIR}"
      INTERFACE_LINK_LIBRARIES "${caf_${component}_needs}"
    )
  endif()
endforeach()
