# How everything is compiled: the language, the warnings, the hardening, the sanitizers.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1 -DNDEBUG")

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 12)
  message(FATAL_ERROR "Postern is C++20 with coroutines and needs g++ 12 or newer; this is ${CMAKE_CXX_COMPILER_VERSION}.")
endif()

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
endif()

# Sources are compiled several at a time, so that what they all include (Asio above all) is read and instantiated once
# per batch instead of once per file. Names in unnamed namespaces must therefore be distinct within a folder.
set(POSTERN_BATCH 12)

option(POSTERN_WERROR "Treat warnings as errors (on in the project's presets)" OFF)
add_compile_options(-Wall -Wextra -Wconversion -Wswitch-enum -Wshadow -Wnon-virtual-dtor)
if(POSTERN_WERROR)
  add_compile_options(-Werror)
endif()
# g++ 12 mistakes the matching new and delete of Asio's coroutine frames for a mismatch (gcc bug 103993).
# A batch is no header, though g++ takes its parts for headers whose types have no linkage.
add_compile_options($<$<CXX_COMPILER_ID:GNU>:-Wno-mismatched-new-delete> $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
# g++ 12 sees bounds overrun inside std::string (gcc bugs 105329, 105651).
add_compile_options($<$<CXX_COMPILER_ID:GNU>:-Wno-array-bounds> $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict> $<$<CXX_COMPILER_ID:GNU>:-Wno-stringop-overflow>
                    $<$<CXX_COMPILER_ID:GNU>:-Wno-stringop-overread>)
add_compile_definitions(_GLIBCXX_ASSERTIONS)
add_compile_options(-fstack-protector-strong)
add_link_options(-pie -Wl,-z,relro,-z,now)
if(NOT POSTERN_SANITIZE AND NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
endif()

# POSTERN_SANITIZE: "address,undefined" or "thread".
if(POSTERN_SANITIZE)
  add_compile_options(-fsanitize=${POSTERN_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${POSTERN_SANITIZE})
  if(POSTERN_SANITIZE STREQUAL "thread")
    add_compile_options(-Wno-tsan)
  endif()
endif()

# Hunting needs the code under test instrumented, not the targets alone: without it libFuzzer sees none of its branches.
if(POSTERN_FUZZ)
  set(instrument -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_compile_options(${instrument})
  add_link_options(-fsanitize=address,undefined)
endif()

find_program(LLD ld.lld)
if(LLD)
  add_link_options(-fuse-ld=lld)
endif()
