include("${CMAKE_CURRENT_LIST_DIR}/llmcalcTargets.cmake")

# Models and devices by name, a library: llmcalc::catalog.
if(EXISTS "${CMAKE_CURRENT_LIST_DIR}/llmcalcCatalogTargets.cmake")
  include("${CMAKE_CURRENT_LIST_DIR}/llmcalcCatalogTargets.cmake")
  set(llmcalc_catalog_FOUND TRUE)
endif()

foreach(component IN LISTS llmcalc_FIND_COMPONENTS)
  if(llmcalc_FIND_REQUIRED_${component} AND NOT llmcalc_${component}_FOUND)
    set(llmcalc_FOUND FALSE)
    set(llmcalc_NOT_FOUND_MESSAGE "llmcalc was installed without its ${component}")
  endif()
endforeach()
