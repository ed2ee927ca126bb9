# Warnings and flags that every target of ours is built with.

add_library(paysaga_flags INTERFACE)
target_compile_options(paysaga_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wswitch-enum -Werror
  # A designated initializer leaves the other members to their defaults; that is what it is for.
  -Wno-missing-field-initializers
  -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=
  -ffile-prefix-map=${CMAKE_BINARY_DIR}/layers/=)

if(PAYSAGA_SANITIZE)
  target_compile_options(paysaga_flags INTERFACE
    -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
    -Wno-maybe-uninitialized)  # The instrumented library headers give false ones.
  target_link_options(paysaga_flags INTERFACE -fsanitize=address,undefined)
endif()

# Bugs on purpose (saga/planted.hpp): for the simulator, whose checkers have to find them.
if(PAYSAGA_PLANTED)
  target_compile_definitions(paysaga_flags INTERFACE PAYSAGA_PLANTED)
endif()

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
target_compile_definitions(paysaga_flags INTERFACE PAYSAGA_VERSION="${PROJECT_VERSION}")
