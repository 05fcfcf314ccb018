#include "app/server/listeners.hpp"

namespace postern::app {
namespace {

session::Protocol protocol_of(ListenRole role) {
  switch (role) {
    case ListenRole::policy: return session::Protocol::policy;
    case ListenRole::milter: return session::Protocol::milter;
    case ListenRole::mx:
    case ListenRole::submission:
    case ListenRole::https: break;
  }
  return session::Protocol::smtp;
}

std::string describe_smtp(policy::ListenerTls tls, std::string const& smtp) {
  switch (tls) {
    case policy::ListenerTls::starttls: return smtp + ", STARTTLS offered";
    case policy::ListenerTls::implicit: return smtp + ", TLS from the first byte";
    case policy::ListenerTls::none: break;
  }
  return smtp + ", without TLS";
}

}  // namespace

bool speaks_smtp(ListenRole role) { return role == ListenRole::mx || role == ListenRole::submission; }

session::ListenerConfig listener_config(ListenSettings const& listener) {
  return {.address = listener.address,
          .tls = listener.tls,
          .role = listener.role == ListenRole::submission ? policy::ListenerRole::submission
                                                          : policy::ListenerRole::mx,
          .proxies = listener.proxies,
          .protocol = protocol_of(listener.role)};
}

std::string describe(ListenSettings const& listener, net::Endpoint const& at) {
  switch (listener.role) {
    case ListenRole::policy: return "policy service on " + at.print();
    case ListenRole::milter: return "milter on " + at.print();
    case ListenRole::https: return "MTA-STS policies on https://" + at.print();
    case ListenRole::mx:
    case ListenRole::submission: break;
  }
  return describe_smtp(listener.tls, "SMTP on " + at.print());
}

}  // namespace postern::app
