#include "whatif/readers/sendmail_fields.hpp"

#include "base/ascii.hpp"
#include "whatif/readers/log_text.hpp"

namespace postern::whatif {

std::string_view last_value(std::string_view text, std::string_view name) {
  auto const at = text.rfind(name);
  if (at == std::string_view::npos) return {};
  auto const value = text.substr(at + name.size());
  return value.substr(0, value.find(", "));
}

void read_relay(std::string_view relay, Reception& out) {
  if (relay.empty()) return;
  auto const open = relay.rfind('[');
  auto const peer = open == std::string_view::npos ? std::nullopt : bracketed_peer(relay.substr(open));
  if (!peer) {
    out.origin = Origin::local;
    return;
  }
  out.client = peer->address;
  out.has_client = true;
  if (relay.find("may be forged") != std::string_view::npos) return;
  auto name = trimmed(relay.substr(0, open));
  if (auto const ident = name.rfind('@'); ident != std::string_view::npos) name.remove_prefix(ident + 1);
  out.client_name = name;
}

bool is_sendmail_id(std::string_view text) {
  if (text.size() < 8 || text.size() > 20) return false;
  for (char const c : text)
    if (!is_alnum(c)) return false;
  return true;
}

std::uint16_t reply_code(std::string_view reply) {
  auto const code = number_in(reply);
  return code <= 599 ? static_cast<std::uint16_t>(code) : std::uint16_t{0};
}

std::optional<policy::ClientCertificate> certificate_for(std::string_view verify) {
  using policy::ClientCertificate;
  if (verify == "OK" || verify == "TRUSTED") return ClientCertificate::trusted;
  if (verify == "NO" || verify == "NOT" || verify == "NONE") return ClientCertificate::none;
  if (verify == "FAIL") return ClientCertificate::untrusted;
  return std::nullopt;
}

bool is_of_one_who_breaks_off(std::string_view text) {
  for (std::string_view const begin :
       {"collect: premature EOM", "collect: unexpected close on connection from ", "collect: I/O error on ",
        "lost input channel from ", "timeout waiting for input from "})
    if (text.starts_with(begin)) return true;
  return false;
}

bool is_over_tls(std::string_view protocol) {
  return protocol == "ESMTPS" || protocol == "ESMTPSA" || protocol == "SMTPS" || protocol == "UTF8SMTPS" ||
         protocol == "UTF8SMTPSA";
}

void tls_of_proofpoint(std::string_view before_relay, Reception& out) {
  auto const protocol = before_relay.rfind(", proto=");
  if (protocol == std::string_view::npos) return;
  auto const fields = before_relay.substr(protocol);
  auto const version = last_value(fields, ", tls_version=");
  if (version.empty()) return;
  if (version == "NONE") {
    out.tls = {};
    out.tls.used = Tristate::no;
    return;
  }
  out.tls.used = Tristate::yes;
  out.tls.version = tls_version_name(version);
  if (auto const certificate = certificate_for(last_value(fields, ", tls_verify=")))
    out.tls.certificate = certificate;
}

bool is_in_sendmails_form(std::string_view text) {
  auto const colon = text.find(": ");
  bool const has_id = colon != std::string_view::npos && is_sendmail_id(text.substr(0, colon));
  if (has_id) text.remove_prefix(colon + 2);
  if (text.starts_with("STARTTLS=server, ") || text.starts_with("AUTH=server, ")) return true;
  if (!has_id) return false;
  return (text.starts_with("from=") && text.find(", nrcpts=") != std::string_view::npos) ||
         (text.starts_with("to=") && text.find(", stat=") != std::string_view::npos);
}

}  // namespace postern::whatif
