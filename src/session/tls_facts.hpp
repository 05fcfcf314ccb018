// From what TLS has come to, to the facts of it.
#pragma once

#include "net/io_error.hpp"
#include "net/tls_info.hpp"
#include "policy/facts.hpp"

namespace postern::session {

policy::TlsFacts to_facts(net::TlsInfo const& info);
policy::TlsFacts to_failure(net::IoError const& error, bool timed_out);

}  // namespace postern::session
