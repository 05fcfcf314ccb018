// What `postern whatif` takes on the command line.
#pragma once

namespace CLI {
class App;
}

namespace postern::app {

struct WhatIfOptions;

// Declares the options on the command line, which fills in `options`.
void declare_whatif(CLI::App& command, WhatIfOptions& options);

}  // namespace postern::app
