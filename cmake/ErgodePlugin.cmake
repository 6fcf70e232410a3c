# ergode_add_plugin(ID SUMMARY text SOURCES file... [LIBRARIES library...] [OPTIONS flag...])
#
# Builds the module ergode-ID.so, which exports erg_plugin_v1 and nothing else, and writes
# its manifest ID.ini beside it. In Ergode's own build both land in BUILD/plugins, whence
# they are installed; elsewhere in the current binary folder.
set(ERGODE_PLUGIN_MAP ${CMAKE_CURRENT_LIST_DIR}/plugin.map)

function(ergode_add_plugin id)
  cmake_parse_arguments(p "" "SUMMARY" "SOURCES;LIBRARIES;OPTIONS" ${ARGN})
  if(NOT p_SOURCES OR NOT p_SUMMARY OR p_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "ergode_add_plugin(ID SUMMARY text SOURCES file... [LIBRARIES ...])")
  endif()
  if(TARGET ergode_flags)
    set(folder ${CMAKE_BINARY_DIR}/plugins)
    set(headers ergode_flags)
  else()
    set(folder ${CMAKE_CURRENT_BINARY_DIR})
    set(headers ergode::plugin)
  endif()
  set(target ergode-${id})
  add_library(${target} MODULE ${p_SOURCES})
  target_link_libraries(${target} PRIVATE ${headers} ${p_LIBRARIES})
  target_compile_options(${target} PRIVATE ${p_OPTIONS})
  target_link_options(${target} PRIVATE -Wl,-z,defs -Wl,--version-script=${ERGODE_PLUGIN_MAP})
  set_target_properties(${target} PROPERTIES PREFIX "" C_VISIBILITY_PRESET hidden
    POSITION_INDEPENDENT_CODE ON LIBRARY_OUTPUT_DIRECTORY ${folder}
    LINK_DEPENDS ${ERGODE_PLUGIN_MAP})
  file(MAKE_DIRECTORY ${folder})
  file(WRITE ${folder}/${id}.ini
    "[plugin]\nid = ${id}\nlibrary = ${target}.so\nabi = 1\nsummary = ${p_SUMMARY}\n")
endfunction()
