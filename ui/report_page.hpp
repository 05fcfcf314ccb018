// The parts of the report's page, as they were bundled at build time.
#pragma once

#include <string_view>

namespace postern::ui {

std::string_view report_html();  // with /*STYLE*/, /*ANSWER*/ and /*SCRIPT*/ where the others go
std::string_view report_css();
std::string_view report_js();

}  // namespace postern::ui
