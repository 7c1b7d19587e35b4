# What the command-line tool is made with: the system's packages, else the network.
find_package(nlohmann_json 3.10 QUIET)
find_package(CLI11 2.1 QUIET)
if(NOT nlohmann_json_FOUND OR NOT CLI11_FOUND)
  include(FetchContent)
endif()
if(NOT nlohmann_json_FOUND)
  FetchContent_Declare(
    nlohmann_json
    GIT_REPOSITORY https://github.com/nlohmann/json.git
    GIT_TAG v3.11.3
    SYSTEM EXCLUDE_FROM_ALL
  )
  FetchContent_MakeAvailable(nlohmann_json)
endif()
if(NOT CLI11_FOUND)
  FetchContent_Declare(
    CLI11
    GIT_REPOSITORY https://github.com/CLIUtils/CLI11.git
    GIT_TAG v2.4.2
    SYSTEM EXCLUDE_FROM_ALL
  )
  FetchContent_MakeAvailable(CLI11)
endif()
