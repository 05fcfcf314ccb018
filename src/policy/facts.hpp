// Everything Postern knows of a connection and of a mail transaction on it. decide() sees nothing else, live
// and in replay. The store of facts keeps it: docs/facts.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/address.hpp"
#include "base/instant.hpp"
#include "base/ip_address.hpp"
#include "base/message_id.hpp"
#include "base/words.hpp"
#include "policy/authentication_facts.hpp"
#include "policy/decided_by.hpp"
#include "policy/filter_facts.hpp"
#include "policy/recipient_class.hpp"
#include "policy/remembered.hpp"
#include "policy/rule_match.hpp"
#include "wire/content_traits.hpp"
#include "wire/mail_command.hpp"
#include "wire/rcpt_command.hpp"

namespace postern::policy {

enum class ListenerTls : std::uint8_t { none, starttls, implicit };
enum class ListenerRole : std::uint8_t {
  mx,
  submission,  // RFC 6409: mail from our own users
  beside       // another MTA asks; who lives there, and who may relay, is its business
};
enum class Greeting : std::uint8_t { none, helo, ehlo };
enum class TlsState : std::uint8_t { none, established, failed };
enum class ClientCertificate : std::uint8_t { not_asked, none, self_signed, untrusted, expired, trusted };
enum class ConnectionEnd : std::uint8_t {
  quit,
  lost,
  timeout,
  shutdown,
  refused,
  tls_failed,
  too_many_errors,
  error
};
enum class Spf : std::uint8_t {
  not_asked,
  none,
  neutral,
  pass,
  softfail,
  fail,
  temperror,
  permerror
};  // RFC 7208
enum class Outcome : std::uint8_t { accepted, refused, deferred, aborted };

// On disk, in exports, and in what rules ask for.
Words<ListenerTls> words_of(ListenerTls);
Words<ListenerRole> words_of(ListenerRole);
Words<Greeting> words_of(Greeting);
Words<TlsState> words_of(TlsState);
Words<ClientCertificate> words_of(ClientCertificate);
Words<ConnectionEnd> words_of(ConnectionEnd);
Words<Spf> words_of(Spf);
Words<Outcome> words_of(Outcome);
using postern::print;

// Of what a reply has refused: put off by 4xx, refused by 5xx.
Outcome outcome_of_refusal(std::uint16_t code);

struct TlsFacts {
  TlsState state = TlsState::none;
  ClientCertificate client_certificate = ClientCertificate::not_asked;
  bool offered = false;               // STARTTLS was in our answer to EHLO
  std::uint32_t offers_withheld = 0;  // answers to EHLO without it (policy/starttls_offer)
  bool requested = false;             // the client sent STARTTLS, or connected to an implicit-TLS listener
  bool resumed = false;
  std::uint32_t injected = 0;  // bytes that came between STARTTLS and the handshake
  std::string version;         // "TLSv1.3"
  std::string cipher;          // IANA's name
  std::string group;           // "X25519"
  std::string sni;
  std::string spki_sha256;                     // of the client certificate, hexadecimal
  std::vector<std::string> certificate_names;  // its DNS names, lower case
  std::string failure;                         // why the handshake failed
  bool distrusts_us = false;  // the client ended the handshake because it does not trust our certificate
};

struct ConnectionFacts {
  std::uint64_t id = 0;
  Instant started{};
  Instant ended{};
  std::string listener;  // its address as configured
  ListenerTls listener_tls = ListenerTls::starttls;
  ListenerRole role = ListenerRole::mx;
  Greeting greeting = Greeting::none;
  ConnectionEnd end = ConnectionEnd::lost;
  std::uint16_t port = 0;
  IpAddress client;
  std::string verified_name;       // forward-confirmed reverse DNS; empty: none, or not known in time
  Iprev iprev = Iprev::not_asked;  // the same as RFC 8601 section 2.7.3 has it
  std::string identity;            // policy/host_identity, once the name is known: by this it is remembered
  std::string helo;
  std::string login;  // who has proved to be a user of ours (RFC 4954); empty: nobody
  TlsFacts tls;
  RememberedHost remembered;
  bool downgraded = false;         // brought mail in the clear, though TLS was to be expected
  std::vector<RuleMatch> matches;  // of rules asked before MAIL
  std::uint32_t commands = 0;
  std::uint32_t errors = 0;  // of syntax and order
  std::uint32_t transactions = 0;
  std::uint32_t messages = 0;  // accepted
};

struct RecipientFacts {
  Address address;
  wire::Notify notify = {};
  std::string orcpt = {};
  RecipientClass standing = RecipientClass::unknown;
  bool accepted = false;
  std::uint16_t code = 0;  // of the reply to RCPT
  DecidedBy decided_by = {};
  std::optional<Instant> deferred_since = {};  // since when this mail has been put off for want of TLS
  std::string flag = {};                       // "rule; reason"
  std::string deliver_to = {};                 // another address, by a rule, or for mail that comes back
};

struct TransactionFacts {
  MessageId id;  // the queue id; given to refused ones, too
  Instant started{};
  wire::MailCommand mail;
  std::vector<RecipientFacts> recipients;  // in order; at Stage::rcpt the last one is asked about
  std::uint32_t recipients_unlisted = 0;   // those that were refused and left out, since there were many
  std::uint64_t size = 0;                  // bytes of content received
  std::uint64_t bare_newlines = 0;         // rewritten or refused
  wire::ContentTraits content;
  std::vector<Address> authors;  // that the From field names; looked at when a user has logged in
  std::vector<Address> senders;  // that Sender, Resent-From and Resent-Sender name; likewise
  bool authors_missing = false;  // there is no From field
  // One of these fields is too long, or holds what is no address: which, and what it holds, for the reply.
  // Empty: none.
  std::string authors_problem;
  bool chunking = false;  // BDAT was used
  Spf spf = Spf::not_asked;
  AuthenticationFacts authentication;     // known at Stage::content
  RememberedTls sender;                   // what mail of its domain has shown, if its SPF passed
  std::optional<std::string> sender_key;  // the one key that its mail has shown long enough (tls.pins)
  FilterFacts filter = {};                // once the content has come
  std::vector<RuleMatch> matches;
  Outcome outcome = Outcome::aborted;
  std::uint16_t code = 0;  // of the reply that ended it
  DecidedBy decided_by;
};

// What a source of replayed facts may not tell.
enum class UnknownFacts : std::uint8_t {
  sender = 1,
  recipients = 2,
  size = 4,
  helo = 8,
  tls_details = 16,
  spf = 32,
  other = 64,
  authentication = 128
};

struct Facts {
  Stage stage = Stage::connect;
  std::uint8_t unknown_facts = 0;  // bits of UnknownFacts; always 0 in the gate
  ConnectionFacts connection;
  TransactionFacts transaction;

  bool over_tls() const { return connection.tls.state == TlsState::established; }
};

}  // namespace postern::policy
