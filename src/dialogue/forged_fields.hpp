// Header fields by which a stranger may claim what only this server can say: Authentication-Results in its
// name (RFC 8601 section 5), and the X-Spam fields by which filters speak to those behind them.
#pragma once

#include <optional>
#include <string_view>

#include "wire/header_filter.hpp"

namespace postern::dialogue {

// `authserv_id`: by which this server is called there.
wire::HeaderFilter::Fate fate_of(std::string_view name, std::optional<std::string_view> value,
                                 std::string_view authserv_id);

}  // namespace postern::dialogue
