# Flags of llmcalc's own executables; users of the library get none of them.
add_library(llmcalc_developer INTERFACE)
target_link_libraries(llmcalc_developer INTERFACE llmcalc::llmcalc)

if(NOT MSVC)
  target_compile_options(
    llmcalc_developer INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow
                                $<$<BOOL:${LLMCALC_WARNINGS_AS_ERRORS}>:-Werror>
  )
endif()

if(LLMCALC_SANITIZE)
  target_compile_options(
    llmcalc_developer INTERFACE -fsanitize=address,undefined,float-cast-overflow -fno-sanitize-recover=all -fno-omit-frame-pointer
  )
  target_link_options(llmcalc_developer INTERFACE -fsanitize=address,undefined,float-cast-overflow)
endif()

if(LLMCALC_COVERAGE)
  target_compile_options(llmcalc_developer INTERFACE --coverage)
  target_link_options(llmcalc_developer INTERFACE --coverage)
endif()
