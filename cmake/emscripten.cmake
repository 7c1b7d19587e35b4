# Finds the toolchain file of whichever emcc is on PATH; scripts/emscripten puts one there.
find_program(LLMCALC_EMCC emcc REQUIRED)
file(REAL_PATH "${LLMCALC_EMCC}" llmcalc_emcc)
cmake_path(GET llmcalc_emcc PARENT_PATH llmcalc_emscripten_root)
include("${llmcalc_emscripten_root}/cmake/Modules/Platform/Emscripten.cmake")

# Emscripten's default emulator command carries flags that current Node versions refuse (emscripten-core/emscripten#26560).
find_program(LLMCALC_NODE node REQUIRED)
set(CMAKE_CROSSCOMPILING_EMULATOR "${LLMCALC_NODE}" CACHE FILEPATH "Runs the tests" FORCE)
