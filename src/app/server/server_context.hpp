// What every part of the server is opened with: the settings that hold from its start to its end, and what
// outlives all parts.
#pragma once

#include <string>

#include "app/server/descriptor_limit.hpp"
#include "app/server/loops.hpp"
#include "app/settings/data_dir.hpp"
#include "app/settings/settings.hpp"
#include "base/clock.hpp"
#include "base/counters.hpp"
#include "base/log.hpp"

namespace postern::app {

struct ServerContext {
  StartSettings const& start;
  DataPaths paths;
  std::string maildrop;  // a directory
  Loops& loops;
  Log& log;
  Counters& counters;
  Clock const& clock;
  DescriptorShares descriptors;
};

}  // namespace postern::app
