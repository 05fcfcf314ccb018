// As many descriptors as the system lets us have: one is a connection.
#pragma once

namespace postern::app {

void raise_descriptor_limit();

}  // namespace postern::app
