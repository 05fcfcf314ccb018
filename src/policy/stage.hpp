// The points of a conversation at which a verdict is asked for. Each knows what the earlier ones knew.
#pragma once

#include <cstdint>

namespace postern::policy {

enum class Stage : std::uint8_t { connect, helo, mail, rcpt, content };

}  // namespace postern::policy
