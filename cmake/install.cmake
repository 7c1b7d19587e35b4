include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS llmcalc EXPORT llmcalcTargets FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT llmcalcTargets NAMESPACE llmcalc:: FILE llmcalcConfig.cmake DESTINATION ${CMAKE_INSTALL_DATADIR}/llmcalc)

# Header-only: one package serves every architecture.
write_basic_package_version_file(llmcalcConfigVersion.cmake COMPATIBILITY SameMajorVersion ARCH_INDEPENDENT)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/llmcalcConfigVersion.cmake" DESTINATION ${CMAKE_INSTALL_DATADIR}/llmcalc)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/llmcalc)
