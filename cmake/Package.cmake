# What `cmake --install` lays down, and what other builds find of it.
include(CMakePackageConfigHelpers)

# The plug-ins install themselves there.
set(plugin_folder ${CMAKE_INSTALL_LIBDIR}/ergode/plugins)
install(TARGETS ergode RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS ergode_library LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY core/include/ergode DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY models configs docs/schema DESTINATION ${CMAKE_INSTALL_DATADIR}/ergode)
install(DIRECTORY bench/peers DESTINATION ${CMAKE_INSTALL_DATADIR}/ergode USE_SOURCE_PERMISSIONS
  PATTERN __pycache__ EXCLUDE)
install(DIRECTORY examples DESTINATION ${CMAKE_INSTALL_DATADIR}/ergode
  PATTERN build EXCLUDE)
install(DIRECTORY ${CMAKE_BINARY_DIR}/share/man/man1 DESTINATION ${CMAKE_INSTALL_MANDIR})
install(FILES LICENSE README.md CHANGELOG.md CONTRIBUTING.md SECURITY.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/docs
  FILES_MATCHING PATTERN "*.md" PATTERN "*.svg" PATTERN "*.png"
  PATTERN results EXCLUDE PATTERN schema EXCLUDE)

# find_package(ergode): the headers and ergode_add_plugin.
set(config_folder ${CMAKE_INSTALL_LIBDIR}/cmake/ergode)
configure_package_config_file(cmake/ergode-config.cmake.in
  ${CMAKE_BINARY_DIR}/cmake/ergode-config.cmake INSTALL_DESTINATION ${config_folder}
  PATH_VARS CMAKE_INSTALL_INCLUDEDIR plugin_folder)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/cmake/ergode-config-version.cmake
  COMPATIBILITY SameMajorVersion)
install(FILES ${CMAKE_BINARY_DIR}/cmake/ergode-config.cmake
  ${CMAKE_BINARY_DIR}/cmake/ergode-config-version.cmake
  cmake/ErgodePlugin.cmake cmake/plugin.map DESTINATION ${config_folder})

# pkg-config, found from its own place so that the tree may be moved.
file(RELATIVE_PATH ERGODE_PC_PREFIX ${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_LIBDIR}/pkgconfig
  ${CMAKE_INSTALL_PREFIX})
configure_file(cmake/ergode.pc.in ${CMAKE_BINARY_DIR}/cmake/ergode.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/cmake/ergode.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
