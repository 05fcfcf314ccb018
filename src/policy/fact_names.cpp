#include "policy/fact_names.hpp"

#include <algorithm>
#include <array>

#include "policy/expects_tls.hpp"
#include "policy/host_identity.hpp"
#include "policy/tls_requirement.hpp"

namespace postern::policy {
namespace {

FactValue text(std::string value) { return value.empty() ? FactValue() : FactValue(std::move(value)); }
FactValue text(std::string_view value) { return text(std::string(value)); }
FactValue text(char const* value) { return text(std::string(value)); }
FactValue number(std::uint64_t value) { return static_cast<std::int64_t>(value); }

TlsFacts const* tls(Asked const& a) { return a.facts.over_tls() ? &a.facts.connection.tls : nullptr; }

FactValue tls_text(Asked const& a, std::string TlsFacts::*member) {
  auto const* facts = tls(a);
  return facts == nullptr ? FactValue() : text(facts->*member);
}

FactValue registrable(std::string const& host) {
  auto domain = registrable_domain(host);
  return text(domain.empty() ? host : std::move(domain));
}

std::optional<Address> const& sender(Asked const& a) { return a.facts.transaction.mail.reverse_path; }

std::int64_t days_between(Instant from, Instant to) {
  return std::chrono::floor<std::chrono::hours>(to - from).count() / 24;
}

// What a rule calls now is when its connection or transaction began: the same in replay.
std::int64_t seconds(Asked const& a) { return to_micros(now_of(a.facts)) / 1'000'000; }

constexpr auto none = std::uint8_t{0};
constexpr auto untold(Untold what) { return static_cast<std::uint8_t>(what); }

constexpr std::array<FactName, 45> names{{
    {"client.address", Stage::connect, false, none,
     [](Asked const& a) { return text(a.facts.connection.client.print()); }, "the client's IP address"},
    {"client.network", Stage::connect, false, none,
     [](Asked const& a) { return text(host_identity({}, a.facts.connection.client)); },
     "its network: \"192.0.2.0/24\", \"2001:db8:1::/48\""},
    {"listener", Stage::connect, false, untold(Untold::other),
     [](Asked const& a) { return text(a.facts.connection.listener); }, "where it came to, as configured"},
    {"time.unix", Stage::connect, false, none, [](Asked const& a) { return FactValue(seconds(a)); },
     "seconds since 1970"},
    {"time.hour", Stage::connect, false, none,
     [](Asked const& a) { return FactValue(seconds(a) / 3600 % 24); }, "0 to 23, UTC"},
    {"time.weekday", Stage::connect, false, none,
     [](Asked const& a) { return FactValue((seconds(a) / 86'400 + 3) % 7 + 1); }, "1 (Monday) to 7, UTC"},
    {"time.date", Stage::connect, false, none,
     [](Asked const& a) { return text(print_iso8601(now_of(a.facts)).substr(0, 10)); },
     "\"2026-11-24\", UTC"},
    {"handshake.failures", Stage::connect, true, none,
     [](Asked const& a) { return number(a.facts.connection.remembered.failed_handshakes); },
     "failed handshakes of this client in a row, before this connection"},
    {"client.helo", Stage::helo, false, untold(Untold::helo),
     [](Asked const& a) { return text(a.facts.connection.helo); }, "the name it gave"},
    {"client.ehlo", Stage::helo, false, untold(Untold::other),
     [](Asked const& a) { return FactValue(a.facts.connection.greeting == Greeting::ehlo); },
     "whether it said EHLO"},
    {"client.name", Stage::mail, false, none,
     [](Asked const& a) { return text(a.facts.connection.verified_name); },
     "its verified name (forward-confirmed reverse DNS)"},
    {"client.domain", Stage::mail, false, none,
     [](Asked const& a) { return text(registrable_domain(a.facts.connection.verified_name)); },
     "the registrable domain of that name"},
    {"client.identity", Stage::mail, false, none,
     [](Asked const& a) { return text(identity_of(a.facts.connection)); },
     "that domain, or without one the network: by this it is remembered"},
    {"client.login", Stage::mail, false, untold(Untold::other),
     [](Asked const& a) { return text(a.facts.connection.login); }, "the user who logged in"},
    {"tls", Stage::mail, true, none, [](Asked const& a) { return FactValue(a.facts.over_tls()); },
     "whether the connection is encrypted"},
    {"tls.version", Stage::mail, true, none,
     [](Asked const& a) {
       auto const* facts = tls(a);
       return facts == nullptr ? FactValue() : FactValue(tls_version_number(facts->version) / 10.0);
     },
     "1.0 to 1.3, a number"},
    {"tls.cipher", Stage::mail, true, untold(Untold::tls_details),
     [](Asked const& a) { return tls_text(a, &TlsFacts::cipher); }, "IANA's name"},
    {"tls.group", Stage::mail, true, untold(Untold::tls_details),
     [](Asked const& a) { return tls_text(a, &TlsFacts::group); }, "of the key exchange: \"X25519\""},
    {"tls.sni", Stage::mail, true, untold(Untold::tls_details),
     [](Asked const& a) { return tls_text(a, &TlsFacts::sni); }, "the host name the client asked for"},
    {"tls.resumed", Stage::mail, true, untold(Untold::tls_details),
     [](Asked const& a) { return FactValue(a.facts.connection.tls.resumed); },
     "whether with a session ticket"},
    {"tls.certificate", Stage::mail, true, none,
     [](Asked const& a) {
       return tls(a) == nullptr ? FactValue() : text(print(a.facts.connection.tls.client_certificate));
     },
     "the client's: \"not-asked\", \"none\", \"self-signed\", \"untrusted\", \"expired\" or \"trusted\""},
    {"tls.fingerprint", Stage::mail, true, untold(Untold::tls_details),
     [](Asked const& a) { return tls_text(a, &TlsFacts::spki_sha256); },
     "SHA-256 of its public key, hexadecimal"},
    {"memory.expects_tls", Stage::mail, true, none,
     [](Asked const& a) { return FactValue(expects_tls(a.policy.memory, a.policy.fallback, a.facts)); },
     "whether this host has shown TLS, often and long enough (`tls.memory`)"},
    {"memory.tls_sessions", Stage::mail, true, none,
     [](Asked const& a) { return number(a.facts.connection.remembered.tls.sessions); },
     "earlier sessions over TLS of this host's identity"},
    {"memory.clear", Stage::mail, true, none,
     [](Asked const& a) { return number(a.facts.connection.remembered.tls.clear); },
     "earlier connections that brought mail in the clear"},
    {"memory.failures", Stage::mail, true, none,
     [](Asked const& a) { return number(a.facts.connection.remembered.tls.failures); },
     "its failed handshakes"},
    {"memory.days", Stage::mail, true, none,
     [](Asked const& a) {
       auto const& seen = a.facts.connection.remembered.tls;
       return seen.first && seen.last ? FactValue(days_between(*seen.first, *seen.last)) : FactValue();
     },
     "days between its first and its last session over TLS"},
    {"memory.sender_tls_sessions", Stage::mail, true, untold(Untold::spf),
     [](Asked const& a) { return number(a.facts.transaction.sender.sessions); },
     "earlier sessions over TLS with mail of this sender domain, SPF passed"},
    {"sender.address", Stage::mail, false, untold(Untold::sender),
     [](Asked const& a) { return sender(a) ? text(sender(a)->print()) : FactValue(); },
     "reverse-path; nil for the null sender"},
    {"sender.domain", Stage::mail, false, untold(Untold::sender),
     [](Asked const& a) { return sender(a) ? text(sender(a)->host()) : FactValue(); },
     "its domain, lower case, A-labels"},
    {"sender.registrable", Stage::mail, false, untold(Untold::sender),
     [](Asked const& a) { return sender(a) ? registrable(sender(a)->host()) : FactValue(); },
     "its registrable domain"},
    {"sender.null", Stage::mail, false, untold(Untold::sender),
     [](Asked const& a) { return FactValue(!sender(a)); }, "whether it is the null sender: a report"},
    {"spf", Stage::mail, false, untold(Untold::spf),
     [](Asked const& a) { return text(print(a.facts.transaction.spf)); },
     "\"none\", \"neutral\", \"pass\", \"softfail\", \"fail\", \"temperror\", \"permerror\"; \"not-asked\""},
    {"declared_size", Stage::mail, false, untold(Untold::size),
     [](Asked const& a) { return number(a.facts.transaction.mail.size.value_or(0)); },
     "bytes, by SIZE=; 0: not said"},
    {"extensions.smtputf8", Stage::mail, false, untold(Untold::other),
     [](Asked const& a) { return FactValue(a.facts.transaction.mail.smtputf8); }, "whether asked for"},
    {"extensions.requiretls", Stage::mail, false, untold(Untold::other),
     [](Asked const& a) { return FactValue(a.facts.transaction.mail.requiretls); },
     "whether asked for (RFC 8689)"},
    {"extensions.body", Stage::mail, false, untold(Untold::other),
     [](Asked const& a) -> FactValue {
       switch (a.facts.transaction.mail.body.value_or(wire::Body::seven_bit)) {
         case wire::Body::seven_bit: return text("7bit");
         case wire::Body::eight_bit_mime: return text("8bitmime");
         case wire::Body::binary_mime: return text("binarymime");
       }
       return {};
     },
     "\"7bit\", \"8bitmime\", \"binarymime\""},
    {"recipient.address", Stage::rcpt, false, untold(Untold::recipients),
     [](Asked const& a) { return a.recipient == nullptr ? FactValue() : text(a.recipient->address.print()); },
     "forward-path"},
    {"recipient.domain", Stage::rcpt, false, untold(Untold::recipients),
     [](Asked const& a) { return a.recipient == nullptr ? FactValue() : text(a.recipient->address.host()); },
     "its domain, lower case, A-labels"},
    {"recipient.registrable", Stage::rcpt, false, untold(Untold::recipients),
     [](Asked const& a) {
       return a.recipient == nullptr ? FactValue() : registrable(a.recipient->address.host());
     },
     "its registrable domain"},
    {"recipient.standing", Stage::rcpt, false, untold(Untold::recipients),
     [](Asked const& a) { return a.recipient == nullptr ? FactValue() : text(print(a.recipient->standing)); },
     "\"mailbox\", \"alias\", \"postmaster\", \"unknown\" or \"elsewhere\""},
    {"size", Stage::content, false, untold(Untold::size),
     [](Asked const& a) { return number(a.facts.transaction.size); }, "bytes of content"},
    {"extensions.chunking", Stage::content, false, untold(Untold::other),
     [](Asked const& a) { return FactValue(a.facts.transaction.chunking); }, "whether BDAT was used"},
    {"content.has_8bit", Stage::content, false, untold(Untold::other),
     [](Asked const& a) { return FactValue(a.facts.transaction.content.content_8bit); },
     "whether there are bytes beyond ASCII"},
    {"content.bare_newlines", Stage::content, false, untold(Untold::other),
     [](Asked const& a) { return number(a.facts.transaction.bare_newlines); },
     "CR or LF alone that were rewritten"},
}};

}  // namespace

std::span<FactName const> fact_names() { return names; }

FactName const* find_fact(std::string_view name) {
  auto const* found = std::find_if(names.begin(), names.end(), [&](auto const& f) { return f.name == name; });
  return found == names.end() ? nullptr : found;
}

bool is_fact_group(std::string_view name) {
  return std::any_of(names.begin(), names.end(), [&](auto const& f) {
    return f.name.size() > name.size() && f.name.starts_with(name) && f.name[name.size()] == '.';
  });
}

}  // namespace postern::policy
