// The hosts of Microsoft 365 by their names, in all its clouds (worldwide, US government, China, the former
// German one).
#pragma once

#include <string_view>

namespace postern::whatif {

// Takes mail from outside: "x.mail.protection.outlook.com". `host` in lower case.
bool is_microsoft_border(std::string_view host);

// Passes mail on within Microsoft 365: "x.prod.outlook.com", "x.outlook.office365.com".
bool is_microsoft_inside(std::string_view host);

}  // namespace postern::whatif
