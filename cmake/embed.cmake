# Makes text files part of a module's library:
#
#   meridian_embed(meridian_store meridian::store::migrations migrations/0001_base.sql ...)
#
# adds a source that defines, in the order of the files,
#   namespace meridian::store { std::span<const embedded_file> migrations() noexcept; }
# The module declares that function itself (see base/embedded.hpp). Files are relative to the
# source directory or absolute, and may not contain the text `)embed"`.

if(CMAKE_SCRIPT_MODE_FILE STREQUAL CMAKE_CURRENT_LIST_FILE)
  # The build step: cmake -DNAMESPACE= -DFUNCTION= -DOUTPUT= -DFILES=a|b -P embed.cmake
  string(REPLACE "|" ";" files "${FILES}")
  set(rows "")
  foreach(path IN LISTS files)
    get_filename_component(name "${path}" NAME)
    file(READ "${path}" text)
    string(APPEND rows "    {\"${name}\", R\"embed(${text})embed\"},\n")
  endforeach()
  file(WRITE "${OUTPUT}" "#include \"meridian/base/embedded.hpp\"\n
#include <span>\n
namespace ${NAMESPACE} {\n
namespace {
constexpr meridian::embedded_file files[] = {
${rows}};
} // namespace\n
std::span<const meridian::embedded_file> ${FUNCTION}() noexcept;
std::span<const meridian::embedded_file> ${FUNCTION}() noexcept { return files; }\n
} // namespace ${NAMESPACE}\n")
  return()
endif()

set(MERIDIAN_EMBED_SCRIPT ${CMAKE_CURRENT_LIST_FILE})

function(meridian_embed target function)
  get_target_property(kind ${target} TYPE)
  if(kind STREQUAL INTERFACE_LIBRARY)
    return()
  endif()
  string(REGEX REPLACE "::[^:]*$" "" namespace ${function})
  string(REGEX REPLACE "^.*::" "" name ${function})
  set(paths "")
  foreach(file IN LISTS ARGN)
    get_filename_component(path ${file} ABSOLUTE BASE_DIR ${CMAKE_SOURCE_DIR})
    list(APPEND paths ${path})
  endforeach()
  list(JOIN paths "|" joined)
  set(output ${CMAKE_BINARY_DIR}/generated/${target}_${name}.cpp)
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DNAMESPACE=${namespace} -DFUNCTION=${name} -DOUTPUT=${output}
            "-DFILES=${joined}" -P ${MERIDIAN_EMBED_SCRIPT}
    DEPENDS ${paths} ${MERIDIAN_EMBED_SCRIPT}
    COMMENT "Embedding ${name}"
    VERBATIM)
  target_sources(${target} PRIVATE ${output})
endfunction()
