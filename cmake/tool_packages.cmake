# What the command-line tool is made with: the system's package, else the network.
include(FetchContent)

function(llmcalc_tool_package name version repository tag)
  find_package(${name} ${version} QUIET)
  if(NOT ${name}_FOUND)
    FetchContent_Declare(${name} GIT_REPOSITORY ${repository} GIT_TAG ${tag} SYSTEM EXCLUDE_FROM_ALL)
    FetchContent_MakeAvailable(${name})
  endif()
endfunction()

llmcalc_tool_package(nlohmann_json 3.10 https://github.com/nlohmann/json.git v3.11.3)
