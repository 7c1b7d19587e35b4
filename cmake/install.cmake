include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS llmcalc EXPORT llmcalcTargets FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT llmcalcTargets NAMESPACE llmcalc:: DESTINATION ${CMAKE_INSTALL_DATADIR}/llmcalc)
# llmcalc::catalog is there if it was built (src/CMakeLists.txt): find_package(llmcalc COMPONENTS catalog).
install(FILES cmake/llmcalcConfig.cmake DESTINATION ${CMAKE_INSTALL_DATADIR}/llmcalc)

# The headers serve every architecture; the catalogue's library fails to link on another.
write_basic_package_version_file(llmcalcConfigVersion.cmake COMPATIBILITY SameMajorVersion ARCH_INDEPENDENT)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/llmcalcConfigVersion.cmake" DESTINATION ${CMAKE_INSTALL_DATADIR}/llmcalc)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/llmcalc)
