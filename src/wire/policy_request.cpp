#include "wire/policy_request.hpp"

#include <charconv>

#include "base/ascii.hpp"

namespace postern::wire {
namespace {

constexpr std::size_t most_attributes = 100;
constexpr std::size_t request_limit = 64U << 10;

template <class N>
N attribute_number(std::string_view text) {
  N value = 0;
  auto const [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  return problem == std::errc() && end == text.data() + text.size() ? value : N{0};
}

PolicyState state_of(std::string_view text) {
  if (text == "CONNECT") return PolicyState::connect;
  if (text == "EHLO" || text == "HELO") return PolicyState::ehlo;
  if (text == "MAIL") return PolicyState::mail;
  if (text == "RCPT") return PolicyState::rcpt;
  if (text == "DATA") return PolicyState::data;
  if (text == "END-OF-MESSAGE") return PolicyState::end_of_message;
  return PolicyState::other;
}

std::string hexadecimal(std::string_view text) {
  std::string out;
  for (char c : text)
    if (c != ':') out += to_lower(c);
  return out;
}

}  // namespace

Result<std::optional<PolicyRequest>, std::string> PolicyRequestReader::on_line(std::string_view line) {
  bytes_ += line.size() + 1;
  if (line.empty()) {
    if (!is_request_) return fail(std::string("a request without request=smtpd_access_policy"));
    auto request = std::move(request_);
    *this = {};
    return std::optional(std::move(request));
  }
  auto const equals = line.find('=');
  if (equals == std::string_view::npos || equals == 0) return fail(std::string("a line without name=value"));
  if (++attributes_ > most_attributes || bytes_ > request_limit)
    return fail(std::string("a request that does not end"));
  auto const name = line.substr(0, equals), value = line.substr(equals + 1);
  auto& r = request_;
  if (name == "request") {
    if (value != "smtpd_access_policy") return fail(std::string("a request of another kind"));
    is_request_ = true;
  } else if (name == "protocol_state") {
    r.state = state_of(value);
  } else if (name == "client_address") {
    r.client = IpAddress::parse(value);
  } else if (name == "client_port") {
    r.client_port = attribute_number<std::uint16_t>(value);
  } else if (name == "client_name") {
    if (value != "unknown") r.client_name = lowered(value);
  } else if (name == "helo_name") {
    r.helo = value;
  } else if (name == "sender") {
    r.sender = value;
  } else if (name == "recipient") {
    r.recipient = value;
  } else if (name == "size") {
    r.size = attribute_number<std::uint64_t>(value);
  } else if (name == "instance") {
    r.instance = value;
  } else if (name == "queue_id") {
    r.queue_id = value;
  } else if (name == "sasl_username") {
    r.login = value;
  } else if (name == "encryption_protocol") {
    r.tls_version = value;
  } else if (name == "encryption_cipher") {
    r.tls_cipher = value;
  } else if (name == "ccert_subject") {
    r.certificate_subject = value;
  } else if (name == "ccert_pubkey_fingerprint") {
    if (!value.empty()) {
      r.certificate_fingerprint = hexadecimal(value);
      has_key_fingerprint_ = true;
    }
  } else if (name == "ccert_fingerprint") {
    if (!has_key_fingerprint_) r.certificate_fingerprint = hexadecimal(value);
  }  // others are not asked for
  return std::optional<PolicyRequest>();
}

std::string print_policy_answer(std::string_view action) {
  return "action=" + printable(action, 1000) + "\n\n";
}

}  // namespace postern::wire
