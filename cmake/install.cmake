# SPDX-License-Identifier: BSL-1.0
# Headers, estima-launch, the program estima, and a package for find_package(estima COMPONENTS ...) with one export set a component.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(estima_package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/estima)

foreach(component IN LISTS estima_available)
  install(TARGETS estima_${component} EXPORT estima-${component}-targets FILE_SET HEADERS)
  install(EXPORT estima-${component}-targets NAMESPACE estima:: DESTINATION ${estima_package_folder})

  # The part of the table in components.cmake that the package needs.
  foreach(list IN ITEMS links packages)
    string(APPEND estima_component_table "set(estima_${component}_${list} ${estima_${component}_${list}})\n")
  endforeach()
  foreach(package IN LISTS estima_${component}_packages)
    string(REPLACE ";" " " estima_find "${estima_${package}_find}")
    string(APPEND estima_component_table "set(estima_${package}_find ${estima_find})\n")
  endforeach()
endforeach()
string(REPLACE ";" " " estima_available "${estima_available}")
string(REPLACE ";" " " estima_component_table "${estima_component_table}")

configure_package_config_file(cmake/estima-config.cmake.in estima-config.cmake
                              INSTALL_DESTINATION ${estima_package_folder})
write_basic_package_version_file(estima-config-version.cmake COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES cmake/estima_check_script.cmake cmake/script_arguments.py DESTINATION ${estima_package_folder})
install(FILES ${PROJECT_BINARY_DIR}/estima-config.cmake ${PROJECT_BINARY_DIR}/estima-config-version.cmake
        DESTINATION ${estima_package_folder})
if(TARGET estima-launch)
  install(TARGETS estima-launch RUNTIME DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/estima)
endif()
if(TARGET estima-agent)
  install(TARGETS estima-agent RUNTIME DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/estima)
endif()
if(TARGET estima-cli AND PROJECT_IS_TOP_LEVEL)
  install(TARGETS estima-cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  install(FILES tools/estima_completion.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME estima)
endif()
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
