// Files of mail that are not read here, and what makes something readable of them.
#pragma once

#include <string_view>

namespace postern::whatif {

// What the file is and how it is converted, in a sentence; empty: it is none of these. `start`: its first
// bytes.
std::string_view how_to_convert(std::string_view start);

}  // namespace postern::whatif
