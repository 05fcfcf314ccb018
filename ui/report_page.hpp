// The parts of the page of `postern whatif --html`.
#pragma once

#include <string_view>

namespace postern::ui {

std::string_view report_html();  // with /*STYLE*/, /*ANSWER*/ and /*SCRIPT*/ where the others go
std::string_view report_css();
std::string_view report_js();

}  // namespace postern::ui
