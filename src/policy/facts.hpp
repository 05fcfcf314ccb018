// Everything Postern knows of a connection and of a mail transaction on it. decide() sees nothing else, live
// and in replay. Kept by the evidence store: docs/facts.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/address.hpp"
#include "base/instant.hpp"
#include "base/ip_address.hpp"
#include "base/message_id.hpp"
#include "policy/stage.hpp"
#include "policy/standing.hpp"
#include "wire/content_traits.hpp"
#include "wire/mail_command.hpp"
#include "wire/rcpt_command.hpp"

namespace postern::policy {

enum class ListenerTls : std::uint8_t { none, starttls, implicit };
enum class ListenerRole : std::uint8_t { mx, submission };  // RFC 6409: mail from our own users
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
enum class Outcome : std::uint8_t { accepted, refused, deferred, aborted };

std::string_view print(ListenerTls value);
std::string_view print(Greeting value);
std::string_view print(TlsState value);
std::string_view print(ClientCertificate value);
std::string_view print(ConnectionEnd value);
std::string_view print(Outcome value);

struct TlsFacts {
  TlsState state = TlsState::none;
  ClientCertificate client_certificate = ClientCertificate::not_asked;
  bool offered = false;    // STARTTLS was in our answer to EHLO
  bool requested = false;  // the client sent STARTTLS, or connected to an implicit-TLS listener
  bool resumed = false;
  std::uint32_t injected = 0;  // bytes that came between STARTTLS and the handshake
  std::string version;         // "TLSv1.3"
  std::string cipher;          // IANA's name
  std::string group;           // "X25519"
  std::string sni;
  std::string spki_sha256;  // of the client certificate, hexadecimal
  std::string failure;      // why the handshake failed
};

// What earlier connections of this client have shown (policy/tls_memory).
struct RememberedHost {
  std::uint32_t failed_handshakes = 0;  // in a row
  std::optional<Instant> last_failure;
  std::uint32_t tls_sessions = 0;  // earlier ones of its identity (policy/host_identity)
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
  std::string verified_name;  // forward-confirmed reverse DNS; empty: none, or not known in time
  std::string helo;
  std::string login;  // who has proved to be a user of ours (RFC 4954); empty: nobody
  TlsFacts tls;
  RememberedHost remembered;
  std::uint32_t commands = 0;
  std::uint32_t errors = 0;  // of syntax and order
  std::uint32_t transactions = 0;
  std::uint32_t messages = 0;  // accepted
};

struct RecipientFacts {
  Address address;
  wire::Notify notify;
  std::string orcpt;
  Standing standing = Standing::unknown;
  bool accepted = false;
  std::uint16_t code = 0;  // of the reply to RCPT
  std::string rule;        // that decided; empty: none had to
};

struct TransactionFacts {
  MessageId id;  // the queue id; given to refused ones, too
  Instant started{};
  wire::MailCommand mail;
  std::vector<RecipientFacts> recipients;  // in order; at Stage::rcpt the last one is asked about
  std::uint64_t size = 0;                  // bytes of content received
  std::uint64_t bare_newlines = 0;         // rewritten or refused
  wire::ContentTraits content;
  bool chunking = false;  // BDAT was used
  Outcome outcome = Outcome::aborted;
  std::uint16_t code = 0;  // of the reply that ended it
  std::string rule;
};

struct Facts {
  Stage stage = Stage::connect;
  ConnectionFacts connection;
  TransactionFacts transaction;

  bool over_tls() const { return connection.tls.state == TlsState::established; }
};

}  // namespace postern::policy
