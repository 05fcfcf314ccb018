#include "app/server/listeners.hpp"

namespace postern::app {

session::ListenerConfig listener_config(ListenSettings const& listener) {
  session::ListenerConfig config{listener.address, listener.tls, policy::ListenerRole::mx, listener.proxies,
                                 session::Protocol::smtp};
  if (listener.role == "submission") config.role = policy::ListenerRole::submission;
  if (listener.role == "policy") config.protocol = session::Protocol::policy;
  if (listener.role == "milter") config.protocol = session::Protocol::milter;
  return config;
}

std::string describe(ListenSettings const& listener, net::Endpoint const& at) {
  if (listener.role == "policy") return "policy service on " + at.print();
  if (listener.role == "milter") return "milter on " + at.print();
  std::string const smtp = "SMTP on " + at.print();
  switch (listener.tls) {
    case policy::ListenerTls::starttls: return smtp + ", STARTTLS offered";
    case policy::ListenerTls::implicit: return smtp + ", TLS from the first byte";
    case policy::ListenerTls::none: break;
  }
  return smtp + ", without TLS";
}

}  // namespace postern::app
