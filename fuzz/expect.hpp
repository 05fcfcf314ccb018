// What a fuzz target says when a promise is broken.
#pragma once

#include <cstdio>
#include <cstdlib>

#define POSTERN_EXPECT(condition)                                                  \
  do {                                                                             \
    if (!(condition)) {                                                            \
      std::fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                \
    }                                                                              \
  } while (false)
