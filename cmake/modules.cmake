# How a module is built: one static library from src/<name>/, which may use the modules that
# docs/architecture.md allows it (scripts/check-modules holds the includes against that table).

add_library(meridian_options INTERFACE)
target_include_directories(meridian_options INTERFACE ${CMAKE_SOURCE_DIR}/include
                                                      ${CMAKE_BINARY_DIR}/generated)
target_compile_options(meridian_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
                                                  -Werror)
target_compile_definitions(
  meridian_options
  INTERFACE BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
            BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_VISIBILITY)
# g++ 12 with optimisation takes the frame allocation that asio::awaitable inherits for a mismatch,
# and a member of a coroutine's frame for the whole of it.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND (MERIDIAN_SANITIZE OR NOT CMAKE_BUILD_TYPE STREQUAL
                                                                    "Debug"))
  target_compile_options(meridian_options INTERFACE -Wno-mismatched-new-delete
                                                    -Wno-free-nonheap-object)
endif()
if(MERIDIAN_SANITIZE)
  target_compile_options(meridian_options INTERFACE -fsanitize=${MERIDIAN_SANITIZE}
                                                    -fno-sanitize-recover=all
                                                    -fno-omit-frame-pointer)
  target_link_options(meridian_options INTERFACE -fsanitize=${MERIDIAN_SANITIZE})
endif()
if(MERIDIAN_SANITIZE MATCHES thread)
  # The thread sanitizer does not see fences: g++ warns of Asio's, which come beside atomics.
  target_compile_options(meridian_options INTERFACE -Wno-tsan)
endif()

# Headers that nearly every file of a module includes, compiled once a module.
set(MERIDIAN_PRECOMPILED_PURE
    <algorithm> <cstdint> <functional> <map> <memory> <optional> <span> <string> <string_view>
    <unordered_map> <utility> <variant> <vector> <nlohmann/json.hpp> <fmt/format.h>
    <tl/expected.hpp>)
set(MERIDIAN_PRECOMPILED_IO ${MERIDIAN_PRECOMPILED_PURE} <boost/asio.hpp> <boost/beast.hpp>)
set(MERIDIAN_PURE_MODULES jsonld ngsild query)

function(meridian_module name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;USES" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/src/app/main\\.cpp$")
  if(NOT sources)
    add_library(meridian_${name} INTERFACE)
    set(visibility INTERFACE)
  else()
    add_library(meridian_${name} STATIC ${sources})
    set(visibility PUBLIC)
    if(name IN_LIST MERIDIAN_PURE_MODULES)
      target_precompile_headers(meridian_${name} PRIVATE ${MERIDIAN_PRECOMPILED_PURE})
    else()
      target_precompile_headers(meridian_${name} PRIVATE ${MERIDIAN_PRECOMPILED_IO})
    endif()
    target_include_directories(meridian_${name} PRIVATE ${CMAKE_SOURCE_DIR}/src)
  endif()
  target_link_libraries(meridian_${name} ${visibility} meridian_options ${ARG_USES})
  foreach(dependency IN LISTS ARG_DEPENDS)
    target_link_libraries(meridian_${name} ${visibility} meridian_${dependency})
  endforeach()
endfunction()
