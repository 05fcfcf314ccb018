// File descriptors: as many as the system lets us have, and how they are shared out. Every connection takes
// one, and so does every file; what strangers can take leaves enough for the spool, deliveries, the control
// socket and the databases.
#pragma once

#include <cstddef>
#include <cstdint>

namespace postern::app {

void raise_descriptor_limit();
std::uint64_t descriptor_limit();  // that holds now

struct DescriptorShares {
  std::uint32_t sockets = 0;      // accepted by the listeners for mail, of all protocols
  std::uint32_t connections = 0;  // of these, before a client is told 421: some are left for saying so
  std::size_t web = 0;            // connections of each HTTP listener, the control socket included
};
DescriptorShares share_descriptors(std::uint64_t limit, std::size_t web_listeners);

}  // namespace postern::app
