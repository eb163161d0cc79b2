# Flags of the house: warnings are errors; no -ffast-math and no contraction differences between files, because bits matter.
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O3 -g1 -DNDEBUG")
add_library(genloss_flags INTERFACE)
target_compile_options(genloss_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wnon-virtual-dtor -Woverloaded-virtual -Wundef -Werror)
# Of files that are compiled as one these two say what is true of none of them.
set(as_one $<BOOL:$<TARGET_PROPERTY:UNITY_BUILD>>)
target_compile_options(genloss_flags INTERFACE $<IF:${as_one},-Wno-subobject-linkage,-Wshadow>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # false alarms on std::string operator+ (GCC bug 105651)
  target_compile_options(genloss_flags INTERFACE -Wno-restrict)
endif()
target_include_directories(genloss_flags INTERFACE "${PROJECT_SOURCE_DIR}")
if(GENLOSS_SANITIZE STREQUAL "address")
  set(sanitize -fsanitize=address,undefined -fno-sanitize-recover=undefined)
elseif(GENLOSS_SANITIZE STREQUAL "thread")
  set(sanitize -fsanitize=thread -Wno-tsan)  # fences of libraries' headers
elseif(GENLOSS_SANITIZE)
  message(FATAL_ERROR "GENLOSS_SANITIZE='${GENLOSS_SANITIZE}': it is 'address', 'thread' or empty")
endif()
if(GENLOSS_SANITIZE)
  target_compile_options(genloss_flags INTERFACE ${sanitize} -fno-omit-frame-pointer
    -Wno-maybe-uninitialized)  # false alarms that the instrumentation itself causes
  target_link_options(genloss_flags INTERFACE ${sanitize})
  # options and suppressions are part of each program, so that no environment has to carry them through mpirun
  target_sources(genloss_flags INTERFACE
    $<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:${PROJECT_SOURCE_DIR}/tests/sanitizers/defaults.cpp>)
endif()
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
endif()
