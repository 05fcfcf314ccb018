// How many sender domains write so rarely that they are not among the data: estimators of species richness,
// for which a domain is a species and each day on which it sent is one sighting.
#pragma once

#include "whatif/answer.hpp"
#include "whatif/replay/traffic.hpp"

namespace postern::whatif {

// `days`: that the data span. With less than a week, fewer than 20 domains, or none seen on two days, nothing
// is told. The estimate is a lower bound where senders are uneven.
UnseenSenders estimate_unseen(Traffic const& traffic, double days);

}  // namespace postern::whatif
