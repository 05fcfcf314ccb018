// What every session uses, made once by app/serve, which outlives them all.
#pragma once

#include "base/counters.hpp"
#include "base/guarded.hpp"
#include "base/id_source.hpp"
#include "base/log.hpp"
#include "net/client_names.hpp"
#include "net/fair_workers.hpp"
#include "policy/deferred_mail.hpp"
#include "policy/tls_memory.hpp"
#include "session/admission.hpp"
#include "session/dns_search.hpp"
#include "store/evidence.hpp"
#include "store/spool.hpp"

namespace postern::session {

struct Memory {
  policy::TlsMemory tls;
  policy::DeferredMail deferred;
};

struct Services {
  store::Spool& spool;
  store::Evidence& evidence;
  net::ClientNames& client_names;
  Admission& admission;
  Guarded<Memory>& memory;
  IdSource& connection_ids;
  net::FairWorkers& workers;  // for logins
  DnsSearches& dns_searches;
  Log& log;
  Counters& counters;
};

}  // namespace postern::session
