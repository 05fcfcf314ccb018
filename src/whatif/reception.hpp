// What a source tells of one message that somebody tried to bring, or of one session: the facts what-if
// replays, with what the source does not tell marked as not known.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/instant.hpp"
#include "base/ip_address.hpp"
#include "policy/facts.hpp"

namespace postern::whatif {

// What is kept of a list that grows line by line: recipients of a message, senders of a session.
constexpr std::size_t most_listed = 1000;

// What a log says nothing about is neither yes nor no: silence about TLS is not plaintext.
enum class Tristate : std::uint8_t { unknown, no, yes };

struct TlsSeen {
  Tristate used = Tristate::unknown;
  std::string version;  // "TLSv1.3"; empty: not known
  std::optional<policy::ClientCertificate> certificate;
  std::string failure;  // why a handshake failed, when one did
};

enum class Wanted : std::uint8_t { unknown, wanted, unwanted };

// Where it came from, as far as the source knows; addresses are looked at by replay.
enum class Origin : std::uint8_t { outside, authenticated, local };

struct Reception {
  enum class Kind : std::uint8_t {
    message,       // a message, of a session that is told of on its own
    lone_message,  // a message, and all that is told of its session
    session        // a session that ended: what its host can do
  };
  Kind kind = Kind::message;
  Origin origin = Origin::outside;
  Wanted wanted = Wanted::unknown;
  policy::Outcome outcome = policy::Outcome::accepted;
  std::uint16_t code = 0;        // of the reply that refused it; 0: not known
  bool for_want_of_tls = false;  // refused because it came without TLS
  Instant at{};                  // of MAIL, or as near as the source tells; for a session its end
  IpAddress client;
  bool has_client = false;
  std::string client_name;  // verified; empty: none, or not known
  std::string helo;
  TlsSeen tls;
  bool has_sender = false;
  std::string sender;                          // reverse-path; empty with has_sender: the null sender
  std::vector<std::string> recipients;         // as far as they are told
  std::shared_ptr<policy::Facts const> facts;  // when the source tells them all: the store of facts
  std::uint64_t copy_of = 0;  // the same for copies of one message in several places; 0: no copies

  bool is_message() const { return kind != Kind::session; }
};

// What a reply that did not take a message means for it: 4xx asks to try again; all else, a code that is not
// known among it, is for good.
constexpr policy::Outcome refusal_outcome(std::uint64_t code) {
  return code >= 400 && code < 500 ? policy::Outcome::deferred : policy::Outcome::refused;
}

class ReceptionSink {
 public:
  virtual ~ReceptionSink() = default;
  virtual void take(Reception&& reception) = 0;  // in order of time, or nearly
};

}  // namespace postern::whatif
