#include "policy/facts.hpp"

namespace postern::policy {

std::string_view print(ListenerTls value) {
  switch (value) {
    case ListenerTls::none: return "none";
    case ListenerTls::starttls: return "starttls";
    case ListenerTls::implicit: return "implicit";
  }
  return {};
}

std::string_view print(ListenerRole value) {
  switch (value) {
    case ListenerRole::mx: return "mx";
    case ListenerRole::submission: return "submission";
    case ListenerRole::beside: return "beside";
  }
  return {};
}

std::string_view print(Greeting value) {
  switch (value) {
    case Greeting::none: return "none";
    case Greeting::helo: return "helo";
    case Greeting::ehlo: return "ehlo";
  }
  return {};
}

std::string_view print(TlsState value) {
  switch (value) {
    case TlsState::none: return "none";
    case TlsState::established: return "established";
    case TlsState::failed: return "failed";
  }
  return {};
}

std::string_view print(ClientCertificate value) {
  switch (value) {
    case ClientCertificate::not_asked: return "not-asked";
    case ClientCertificate::none: return "none";
    case ClientCertificate::self_signed: return "self-signed";
    case ClientCertificate::untrusted: return "untrusted";
    case ClientCertificate::expired: return "expired";
    case ClientCertificate::trusted: return "trusted";
  }
  return {};
}

std::string_view print(ConnectionEnd value) {
  switch (value) {
    case ConnectionEnd::quit: return "quit";
    case ConnectionEnd::lost: return "lost";
    case ConnectionEnd::timeout: return "timeout";
    case ConnectionEnd::shutdown: return "shutdown";
    case ConnectionEnd::refused: return "refused";
    case ConnectionEnd::tls_failed: return "tls-failed";
    case ConnectionEnd::too_many_errors: return "too-many-errors";
    case ConnectionEnd::error: return "error";
  }
  return {};
}

std::string_view print(Spf value) {
  switch (value) {
    case Spf::not_asked: return "not-asked";
    case Spf::none: return "none";
    case Spf::neutral: return "neutral";
    case Spf::pass: return "pass";
    case Spf::softfail: return "softfail";
    case Spf::fail: return "fail";
    case Spf::temperror: return "temperror";
    case Spf::permerror: return "permerror";
  }
  return {};
}

std::string_view print(Effect effect) {
  switch (effect) {
    case Effect::accept: return "accept";
    case Effect::flag: return "flag";
    case Effect::defer: return "defer";
    case Effect::reject: return "reject";
  }
  return {};
}

std::string_view print(Outcome value) {
  switch (value) {
    case Outcome::accepted: return "accepted";
    case Outcome::refused: return "refused";
    case Outcome::deferred: return "deferred";
    case Outcome::aborted: return "aborted";
  }
  return {};
}

}  // namespace postern::policy
