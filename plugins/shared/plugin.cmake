# ergode_shipped_plugin(<id>): the plug-in ergode-<id> of the objects ergode_<id>_objects,
# which tests link as well, with its manifest <id>.ini.
function(ergode_shipped_plugin id)
  add_library(ergode-${id} MODULE)
  target_link_libraries(ergode-${id} PRIVATE ergode_${id}_objects)
  set_target_properties(ergode-${id} PROPERTIES PREFIX "" LINKER_LANGUAGE C
    LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/plugins)
  target_link_options(ergode-${id} PRIVATE -Wl,-z,defs -Wl,--exclude-libs,ALL)
  configure_file(${id}.ini ${CMAKE_BINARY_DIR}/plugins/${id}.ini COPYONLY)
  install(TARGETS ergode-${id} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/ergode/plugins)
  install(FILES ${id}.ini DESTINATION ${CMAKE_INSTALL_LIBDIR}/ergode/plugins)
endfunction()

# ergode_gpu_plugin(<id> "<kernel file>;..." <sources>...): a plug-in that compiles kernels; their
# texts are embedded as kernel_text.h.
function(ergode_gpu_plugin id kernels)
  string(REPLACE ";" "," names "${kernels}")
  set(text ${CMAKE_CURRENT_BINARY_DIR}/embedded/kernel_text.h)
  add_custom_command(OUTPUT ${text}
    COMMAND ${CMAKE_COMMAND} -DOUT=${text} -DFOLDER=${CMAKE_CURRENT_SOURCE_DIR}
      -DNAMES=${names} -P ${PROJECT_SOURCE_DIR}/cmake/embed.cmake
    DEPENDS ${kernels} ${PROJECT_SOURCE_DIR}/cmake/embed.cmake
    COMMENT "Embedding the kernels of ${id}" VERBATIM)
  add_library(ergode_${id}_objects OBJECT ${ARGN} ${text}
    ${PROJECT_SOURCE_DIR}/plugins/shared/kernel_cache.c
    ${PROJECT_SOURCE_DIR}/plugins/shared/kernel_source.c
    ${PROJECT_SOURCE_DIR}/plugins/shared/peak.c
    ${PROJECT_SOURCE_DIR}/plugins/shared/symbols.c
    ${PROJECT_SOURCE_DIR}/core/read/sha256.c)
  target_link_libraries(ergode_${id}_objects PUBLIC
    ergode_engine ergode_device ergode_flags Threads::Threads ${CMAKE_DL_LIBS})
  target_include_directories(ergode_${id}_objects
    PUBLIC ${CMAKE_CURRENT_SOURCE_DIR} PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/embedded)
  ergode_shipped_plugin(${id})
endfunction()
