#include "wire/comment.hpp"

namespace postern::wire {

void skip_comment(Cursor& at) {
  int depth = 0;
  while (!at.at_end()) {
    char const c = at.next();
    if (c == '\\') at.next();
    if (c == '(') ++depth;
    if (c == ')' && --depth == 0) return;
  }
}

}  // namespace postern::wire
