# GoogleTest: the system's package for native builds, its source where there is none and for Emscripten, and the
# network as the last resort.
if(NOT EMSCRIPTEN)
  find_package(GTest QUIET)
endif()

if(NOT TARGET GTest::gtest_main)
  find_path(LLMCALC_GOOGLETEST_SOURCE googletest/src/gtest-all.cc PATHS /usr/src/googletest NO_CMAKE_FIND_ROOT_PATH)
  set(INSTALL_GTEST OFF)
  set(BUILD_GMOCK OFF)
  if(LLMCALC_GOOGLETEST_SOURCE)
    add_subdirectory(${LLMCALC_GOOGLETEST_SOURCE} ${PROJECT_BINARY_DIR}/googletest EXCLUDE_FROM_ALL SYSTEM)
  else()
    include(FetchContent)
    FetchContent_Declare(
      googletest
      GIT_REPOSITORY https://github.com/google/googletest.git
      GIT_TAG v1.15.2
      SYSTEM EXCLUDE_FROM_ALL
    )
    FetchContent_MakeAvailable(googletest)
  endif()
  if(NOT TARGET GTest::gtest_main)
    add_library(GTest::gtest_main ALIAS gtest_main)
  endif()
endif()
