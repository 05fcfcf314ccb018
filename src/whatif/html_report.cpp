#include "whatif/html_report.hpp"

namespace postern::whatif {

std::string html_report(Answer const&, std::string const&) { return {}; }

}  // namespace postern::whatif
