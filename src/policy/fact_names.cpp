#include "policy/fact_names.hpp"

#include <algorithm>
#include <charconv>
#include <concepts>
#include <iterator>

#include "base/member_path.hpp"
#include "base/registrable_domain.hpp"
#include "policy/expects_tls.hpp"
#include "policy/host_identity.hpp"
#include "policy/tls_requirement.hpp"

namespace postern::policy {
namespace {

// What is empty or absent is nil.
FactValue to_fact(std::string text) { return text.empty() ? FactValue() : FactValue(std::move(text)); }
FactValue to_fact(bool yes) { return yes; }
template <std::integral Number>
FactValue to_fact(Number number) {
  return static_cast<std::int64_t>(number);
}
template <HasWords E>
FactValue to_fact(E value) {
  return to_fact(std::string(print(value)));
}
FactValue to_fact(IpAddress const& address) { return to_fact(address.print()); }
FactValue to_fact(Address const& address) { return to_fact(address.print()); }
FactValue to_fact(std::vector<std::string> texts) { return texts; }
template <HasWords E>
FactValue to_fact(std::optional<E> value) {
  return value ? to_fact(*value) : FactValue();
}
FactValue to_fact(std::optional<Address> const& address) { return address ? to_fact(*address) : FactValue(); }

// Facts that are members of what is known, named by the way to them.
template <auto... way>
FactValue of_connection(RuleContext const& context) {
  return to_fact(follow<way...>(context.facts.connection));
}
template <auto... way>
FactValue of_tls(RuleContext const& context) {  // nil in the clear
  return context.facts.over_tls() ? to_fact(follow<way...>(context.facts.connection.tls)) : FactValue();
}
template <auto... way>
FactValue of_memory(RuleContext const& context) {  // of the host's identity
  return to_fact(follow<way...>(context.facts.connection.remembered.tls));
}
template <auto... way>
FactValue of_transaction(RuleContext const& context) {
  return to_fact(follow<way...>(context.facts.transaction));
}
template <auto... way>
FactValue of_authentication(RuleContext const& context) {
  return to_fact(follow<way...>(context.facts.transaction.authentication));
}
template <auto... way>
FactValue of_recipient(RuleContext const& context) {  // nil before RCPT
  return context.recipient == nullptr ? FactValue() : to_fact(follow<way...>(*context.recipient));
}

FactValue registrable(std::string const& host) {
  auto domain = registrable_domain(host);
  return to_fact(domain.empty() ? host : std::move(domain));
}

std::optional<Address> const& sender(RuleContext const& c) { return c.facts.transaction.mail.reverse_path; }

std::int64_t days_between(Instant from, Instant to) {
  return std::chrono::floor<std::chrono::hours>(to - from).count() / 24;
}

FactValue score_of(std::string const& text) {
  double score = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), score);
  bool const is_number = error == std::errc() && end == text.data() + text.size();
  return is_number ? FactValue(score) : FactValue();
}

// What a rule calls now is the time at which its connection or transaction began: it is the same in replay.
std::int64_t seconds(RuleContext const& c) { return to_micros(now_of(c.facts)) / 1'000'000; }

constexpr auto none = std::uint8_t{0};
constexpr auto unknown_facts(UnknownFacts what) { return static_cast<std::uint8_t>(what); }

constexpr FactName names[] = {
    {"client.address", Stage::connect, false, none, of_connection<&ConnectionFacts::client>,
     "the client's IP address"},
    {"client.network", Stage::connect, false, none,
     [](RuleContext const& c) { return to_fact(host_identity({}, c.facts.connection.client)); },
     "its network: \"192.0.2.0/24\", \"2001:db8:1::/48\""},
    {"listener", Stage::connect, false, unknown_facts(UnknownFacts::other),
     of_connection<&ConnectionFacts::listener>, "where it came to, as configured"},
    {"time.unix", Stage::connect, false, none, [](RuleContext const& c) { return to_fact(seconds(c)); },
     "seconds since 1970"},
    {"time.hour", Stage::connect, false, none,
     [](RuleContext const& c) { return to_fact(seconds(c) / 3600 % 24); }, "0 to 23, UTC"},
    {"time.weekday", Stage::connect, false, none,
     [](RuleContext const& c) { return to_fact((seconds(c) / 86'400 + 3) % 7 + 1); }, "1 (Monday) to 7, UTC"},
    {"time.date", Stage::connect, false, none,
     [](RuleContext const& c) { return to_fact(print_iso8601(now_of(c.facts)).substr(0, 10)); },
     "\"2026-11-24\", UTC"},
    {"handshake.failures", Stage::connect, true, none,
     of_connection<&ConnectionFacts::remembered, &RememberedHost::failed_handshakes>,
     "failed handshakes of this client in a row, before this connection"},
    {"client.helo", Stage::helo, false, unknown_facts(UnknownFacts::helo),
     of_connection<&ConnectionFacts::helo>, "the name it gave"},
    {"client.ehlo", Stage::helo, false, unknown_facts(UnknownFacts::other),
     [](RuleContext const& c) { return to_fact(c.facts.connection.greeting == Greeting::ehlo); },
     "whether it said EHLO"},
    {"client.name", Stage::mail, false, none, of_connection<&ConnectionFacts::verified_name>,
     "its verified name (forward-confirmed reverse DNS)"},
    {"client.domain", Stage::mail, false, none,
     [](RuleContext const& c) { return to_fact(registrable_domain(c.facts.connection.verified_name)); },
     "the registrable domain of that name"},
    {"client.identity", Stage::mail, false, none,
     [](RuleContext const& c) { return to_fact(identity_of(c.facts.connection)); },
     "that domain, or without one the network: by this it is remembered"},
    {"iprev.result", Stage::mail, false, unknown_facts(UnknownFacts::authentication),
     of_connection<&ConnectionFacts::iprev>,
     "whether its name and its address lead to each other (RFC 8601 section 2.7.3): \"pass\", \"fail\", "
     "\"temperror\"; \"not-asked\""},
    {"client.login", Stage::mail, false, unknown_facts(UnknownFacts::other),
     of_connection<&ConnectionFacts::login>, "the user who logged in"},
    {"tls", Stage::mail, true, none, [](RuleContext const& c) { return to_fact(c.facts.over_tls()); },
     "whether the connection is encrypted"},
    {"tls.version", Stage::mail, true, none,
     [](RuleContext const& c) {
       return c.facts.over_tls() ? FactValue(tls_version_number(c.facts.connection.tls.version) / 10.0)
                                 : FactValue();
     },
     "1.0 to 1.3, a number"},
    {"tls.cipher", Stage::mail, true, unknown_facts(UnknownFacts::tls_details), of_tls<&TlsFacts::cipher>,
     "IANA's name"},
    {"tls.group", Stage::mail, true, unknown_facts(UnknownFacts::tls_details), of_tls<&TlsFacts::group>,
     "of the key exchange: \"X25519\""},
    {"tls.sni", Stage::mail, true, unknown_facts(UnknownFacts::tls_details), of_tls<&TlsFacts::sni>,
     "the host name the client asked for"},
    {"tls.resumed", Stage::mail, true, unknown_facts(UnknownFacts::tls_details),
     of_connection<&ConnectionFacts::tls, &TlsFacts::resumed>, "whether with a session ticket"},
    {"tls.certificate", Stage::mail, true, none, of_tls<&TlsFacts::client_certificate>,
     "the client's: \"not-asked\", \"none\", \"self-signed\", \"untrusted\", \"expired\" or \"trusted\""},
    {"tls.fingerprint", Stage::mail, true, unknown_facts(UnknownFacts::tls_details),
     of_tls<&TlsFacts::spki_sha256>, "SHA-256 of its public key, hexadecimal"},
    {"memory.expects_tls", Stage::mail, true, none,
     [](RuleContext const& c) { return to_fact(expects_tls(c.policy.memory, c.policy.fallback, c.facts)); },
     "whether this host has shown TLS, often and long enough (`tls.memory`)"},
    {"memory.tls_sessions", Stage::mail, true, none, of_memory<&RememberedTls::sessions>,
     "earlier sessions over TLS of this host's identity"},
    {"memory.clear", Stage::mail, true, none, of_memory<&RememberedTls::clear>,
     "earlier connections that brought mail without TLS"},
    {"memory.failures", Stage::mail, true, none, of_memory<&RememberedTls::failures>,
     "its failed handshakes"},
    {"memory.days", Stage::mail, true, none,
     [](RuleContext const& c) {
       auto const& seen = c.facts.connection.remembered.tls;
       return seen.first && seen.last ? to_fact(days_between(*seen.first, *seen.last)) : FactValue();
     },
     "days between its first and its last session over TLS"},
    {"memory.sender_tls_sessions", Stage::mail, true, unknown_facts(UnknownFacts::spf),
     of_transaction<&TransactionFacts::sender, &RememberedTls::sessions>,
     "earlier sessions over TLS with mail of this sender domain, SPF passed"},
    {"sender.address", Stage::mail, false, unknown_facts(UnknownFacts::sender),
     of_transaction<&TransactionFacts::mail, &wire::MailCommand::reverse_path>,
     "reverse-path; nil for the null sender"},
    {"sender.domain", Stage::mail, false, unknown_facts(UnknownFacts::sender),
     [](RuleContext const& c) { return sender(c) ? to_fact(sender(c)->host()) : FactValue(); },
     "its domain, lower case, A-labels"},
    {"sender.registrable", Stage::mail, false, unknown_facts(UnknownFacts::sender),
     [](RuleContext const& c) { return sender(c) ? registrable(sender(c)->host()) : FactValue(); },
     "its registrable domain"},
    {"sender.null", Stage::mail, false, unknown_facts(UnknownFacts::sender),
     [](RuleContext const& c) { return to_fact(!sender(c)); }, "whether it is the null sender: a report"},
    {"spf", Stage::mail, false, unknown_facts(UnknownFacts::spf), of_transaction<&TransactionFacts::spf>,
     "\"none\", \"neutral\", \"pass\", \"softfail\", \"fail\", \"temperror\", \"permerror\"; \"not-asked\""},
    {"declared_size", Stage::mail, false, unknown_facts(UnknownFacts::size),
     [](RuleContext const& c) { return to_fact(c.facts.transaction.mail.size.value_or(0)); },
     "bytes, by SIZE=; 0: not said"},
    {"extensions.smtputf8", Stage::mail, false, unknown_facts(UnknownFacts::other),
     of_transaction<&TransactionFacts::mail, &wire::MailCommand::smtputf8>, "whether asked for"},
    {"extensions.requiretls", Stage::mail, false, unknown_facts(UnknownFacts::other),
     of_transaction<&TransactionFacts::mail, &wire::MailCommand::requiretls>, "whether asked for (RFC 8689)"},
    {"extensions.body", Stage::mail, false, unknown_facts(UnknownFacts::other),
     [](RuleContext const& c) {
       return to_fact(c.facts.transaction.mail.body.value_or(wire::Body::seven_bit));
     },
     "\"7bit\", \"8bitmime\", \"binarymime\""},
    {"recipient.address", Stage::rcpt, false, unknown_facts(UnknownFacts::recipients),
     of_recipient<&RecipientFacts::address>, "forward-path"},
    {"recipient.domain", Stage::rcpt, false, unknown_facts(UnknownFacts::recipients),
     [](RuleContext const& c) {
       return c.recipient == nullptr ? FactValue() : to_fact(c.recipient->address.host());
     },
     "its domain, lower case, A-labels"},
    {"recipient.registrable", Stage::rcpt, false, unknown_facts(UnknownFacts::recipients),
     [](RuleContext const& c) {
       return c.recipient == nullptr ? FactValue() : registrable(c.recipient->address.host());
     },
     "its registrable domain"},
    {"recipient.standing", Stage::rcpt, false, unknown_facts(UnknownFacts::recipients),
     of_recipient<&RecipientFacts::standing>,
     "\"mailbox\", \"alias\", \"postmaster\", \"unknown\" or \"elsewhere\""},
    {"size", Stage::content, false, unknown_facts(UnknownFacts::size),
     of_transaction<&TransactionFacts::size>, "bytes of content"},
    {"filter.action", Stage::content, false, unknown_facts(UnknownFacts::other),
     of_transaction<&TransactionFacts::filter, &FilterFacts::action>,
     "what the content filter said: \"no action\", \"add header\", \"reject\"; of a milter \"accept\", "
     "\"reject\"; nil when none has answered"},
    {"filter.score", Stage::content, false, unknown_facts(UnknownFacts::other),
     [](RuleContext const& c) { return score_of(c.facts.transaction.filter.score); },
     "the score that rspamd gave, a number"},
    {"filter.symbols", Stage::content, false, unknown_facts(UnknownFacts::other),
     of_transaction<&TransactionFacts::filter, &FilterFacts::symbols>,
     "the names of rspamd's symbols, separated by blanks"},
    {"extensions.chunking", Stage::content, false, unknown_facts(UnknownFacts::other),
     of_transaction<&TransactionFacts::chunking>, "whether BDAT was used"},
    {"content.has_8bit", Stage::content, false, unknown_facts(UnknownFacts::other),
     of_transaction<&TransactionFacts::content, &wire::ContentTraits::content_8bit>,
     "whether there are bytes beyond ASCII"},
    {"content.bare_newlines", Stage::content, false, unknown_facts(UnknownFacts::other),
     of_transaction<&TransactionFacts::bare_newlines>, "CR or LF alone that were rewritten"},
    {"dkim.result", Stage::content, false, unknown_facts(UnknownFacts::authentication),
     of_authentication<&AuthenticationFacts::dkim>,
     "of the signatures the best: \"none\", \"pass\", \"fail\", \"policy\", \"neutral\", \"temperror\", "
     "\"permerror\"; \"not-asked\""},
    {"dkim.domains", Stage::content, false, unknown_facts(UnknownFacts::authentication),
     of_authentication<&AuthenticationFacts::dkim_domains>,
     "whose signatures hold, a table: '\"example.org\" in dkim.domains', 'dkim.domains in partners' (any of "
     "them)"},
    {"dmarc.result", Stage::content, false, unknown_facts(UnknownFacts::authentication),
     of_authentication<&AuthenticationFacts::dmarc>,
     "\"none\", \"pass\", \"fail\", \"temperror\", \"permerror\"; \"not-asked\""},
    {"dmarc.domain", Stage::content, false, unknown_facts(UnknownFacts::authentication),
     of_authentication<&AuthenticationFacts::dmarc_domain>, "the author's, by the From field"},
    {"dmarc.policy", Stage::content, false, unknown_facts(UnknownFacts::authentication),
     of_authentication<&AuthenticationFacts::dmarc_policy>,
     "that this domain has published: \"none\", \"quarantine\", \"reject\"; nil: none"},
    {"dmarc.disposition", Stage::content, false, unknown_facts(UnknownFacts::authentication),
     of_authentication<&AuthenticationFacts::disposition>,
     "what it comes to for this message: \"none\", \"quarantine\", \"reject\" (docs/authentication.md)"},
    {"arc.result", Stage::content, false, unknown_facts(UnknownFacts::authentication),
     of_authentication<&AuthenticationFacts::arc>,
     "\"none\", \"pass\", \"fail\", \"temperror\"; \"not-asked\""},
    {"arc.sealer", Stage::content, false, unknown_facts(UnknownFacts::authentication),
     of_authentication<&AuthenticationFacts::arc_sealer>, "the domain of the last one who has sealed it"},
};

static_assert(std::all_of(std::begin(names), std::end(names),
                          [](FactName const& fact) { return !fact.name.empty() && !fact.meaning.empty(); }));

}  // namespace

std::span<FactName const> fact_names() { return names; }

FactName const* find_fact(std::string_view name) {
  auto const* found =
      std::find_if(std::begin(names), std::end(names), [&](auto const& f) { return f.name == name; });
  return found == std::end(names) ? nullptr : found;
}

bool is_fact_group(std::string_view name) {
  return std::any_of(std::begin(names), std::end(names), [&](auto const& f) {
    return f.name.size() > name.size() && f.name.starts_with(name) && f.name[name.size()] == '.';
  });
}

}  // namespace postern::policy
