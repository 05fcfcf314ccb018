// The answer as one page that needs nothing else: charts, the senders' table to sort and to search. All
// senders are in it, compressed, up to 100,000 for each rule, while the page stays below `most_page_bytes`:
// first the addresses of their hosts are left out, then the smallest senders, and the page says how many.
#pragma once

#include <cstddef>
#include <string>

#include "whatif/answer.hpp"

namespace postern::whatif {

constexpr std::size_t most_page_bytes = 2'000'000;

std::string html_report(Answer const& answer, std::string const& made_at);

}  // namespace postern::whatif
