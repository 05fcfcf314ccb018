// The answer: the one value that all reports print.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/instant.hpp"
#include "whatif/interval.hpp"

namespace postern::whatif {

enum class Reason : std::uint8_t {
  never_tls,              // in plaintext, and never seen with TLS
  domain_speaks_tls,      // in plaintext; another host of the same sender domain uses TLS
  host_speaks_tls,        // in plaintext; the same host uses TLS at other times
  tls_failed,             // in plaintext; its handshakes failed
  old_tls,                // over TLS, older than the rule asks for
  no_client_certificate,  // over TLS, without the certificate the rule asks for
  matched_rule,           // an owner's rule describes it, TLS aside
  last_
};
constexpr std::size_t reason_count = static_cast<std::size_t>(Reason::last_);
std::string_view name(Reason reason);     // "never_tls"
std::string_view explain(Reason reason);  // a phrase
std::string_view advice(Reason reason);   // what to do about such a sender

struct SourceAnswer {
  std::string name, kind;
  std::uint64_t messages = 0, lines = 0, skipped = 0, bytes = 0;
  std::vector<std::string> notes, examples;
};

// `too_little`: the share and its interval are not to be told, since the two effective numbers are too small
// (SampleSize says what is enough). An effective number is Kish's: as many equal senders would tell as much.
struct Loss {
  std::uint64_t messages = 0;  // of which it is known whether they came over TLS
  std::uint64_t lost = 0;
  double share = 0;  // of them
  Interval share_95;
  bool too_little = true;
  double effective_senders = 0;       // of these messages: (sum n)^2 / (sum n^2) over senders
  double effective_lost_senders = 0;  // of those that would be lost: the same over what each would lose
};

// The share if a few senders stay as they are: those so large that no interval can be narrow that allows for
// others like them, and of whom nothing was lost.
struct SteadyShare {
  std::vector<std::string> senders;  // domains or networks, the largest first
  double their_share = 0;            // of the messages
  Interval share_95;                 // of all messages, theirs among them
};

// The sender with most of what would be lost.
struct LossShare {
  std::string domain;
  double share = 0;  // of what would be lost
};

// A part of what a rule would have lost: that of a recipient, a network or a country.
struct LostPart {
  std::string name;            // "alice@example.org", "192.0.2.0/24", "DE"
  std::uint64_t lost = 0;      // messages; one with several recipients counts for each of them
  std::uint64_t not_come = 0;  // of them: those that would not come
};

// All parts of one kind, most first, at most `kept`.
struct LostParts {
  static constexpr std::size_t kept = 1000;
  std::vector<LostPart> parts;
  std::uint64_t left_out = 0;  // parts beyond
  std::uint64_t not_told = 0;  // lost messages of which it is not known to which part they belong
};

// What the answer would have been on an earlier day, and what then came.
struct Foretold {
  std::int64_t day = 0;  // the first that was not known: since 1970, UTC
  Loss answer;           // from the mail before this day
  Loss came;             // in as many days with mail from this one on, or until the data end
  bool held = false;     // the share that came is within the interval of the answer
  bool above = false;    // it is above it: too little loss was foretold
};

// The data against themselves. Empty `single` and `rolling`: `why_not` says why, in a sentence.
struct Backtest {
  std::optional<Foretold> single;  // the first half of the days, against the second
  std::vector<Foretold> rolling;   // one for each of several days, in order
  std::uint64_t tried = 0;         // of `rolling`: those of which enough senders wrote before and after
  std::uint64_t held = 0, above = 0;
  std::string why_not;  // "too few days: ..."
};

// Whose mail a rule is about: "require-tls for example.org".
struct Scope {
  enum class Side : std::uint8_t { all_mail, recipients, senders };
  Side side = Side::all_mail;
  std::string domain;   // in lower case
  bool is_seen = true;  // a message for or from it is among the data; else there is no answer for the rule
  std::string nearest;  // the domain in the data whose name is most like it; empty: none is like it
};

struct LostSender {
  std::string domain;  // "<>": the null sender
  std::uint64_t messages = 0, wanted = 0, unwanted = 0;
  std::vector<std::string> hosts;  // addresses, most first; at most `hosts_kept`
  std::uint64_t host_count = 0;
  Reason reason = Reason::never_tls;  // of most of its messages
  std::string failure;                // why handshakes failed
  Instant first{}, last{};
  static constexpr std::size_t hosts_kept = 20;
};

struct RuleAnswer {
  std::string rule, meaning;
  bool breaks_rfc3207 = false;
  bool defers = false;
  Scope scope;                  // `messages` of all losses are those of this scope
  Loss lost, wanted, unwanted;  // refused or deferred, whatever becomes of it later
  double per_30_days = 0;
  std::uint64_t unknown = 0;  // messages whose source does not tell what the rule asks for

  // Three numbers of messages in which nobody can read more than is known. The first two sum up to
  // `lost.lost`; the third is `unknown`.
  std::uint64_t would_not_come = 0;    // refused, and nothing says that it would come again over TLS
  std::uint64_t would_come_later = 0;  // the rule defers, or the host or its domain uses TLS at other times
  std::uint64_t not_known = 0;         // the source does not tell
  double would_not_come_per_30_days = 0;
  // Would not come, as shares with intervals (`lost` is would_not_come): what a recommendation goes by.
  Loss gone, gone_wanted;

  std::optional<SteadyShare> if_steady;  // of `lost`, when few senders bring most of the mail
  std::optional<LossShare> mostly;       // one sender domain with more than half of what would be lost
  LostParts recipients;                  // whose mail it is, as far as the source tells
  LostParts recipient_domains;
  LostParts networks;   // /24, /48; only when asked for
  LostParts countries;  // only with a table of the owner's
  Backtest backtest;
  std::uint64_t sender_domains = 0, hosts = 0;
  std::uint64_t refused_anyway = 0;  // of the messages refused before: those the rule would refuse, too
  std::array<std::uint64_t, reason_count> reasons{};
  std::vector<LostSender> senders;  // most messages first
  std::vector<std::uint64_t> lost_by_day;
};

struct Day {
  std::int64_t day = 0;  // since 1970, UTC
  std::uint64_t over_tls = 0, in_the_clear = 0, unknown = 0;
};

struct LeftOut {
  std::uint64_t loopback = 0, internal = 0, authenticated = 0, local = 0, copies = 0, out_of_time = 0,
                no_address = 0, private_networks = 0;
};

// An estimate of the senders who write rarely and are not in the data. A sighting is a sender domain on one
// day. Too few sightings: `is_told` is false.
struct UnseenSenders {
  bool is_told = false;
  std::uint64_t seen = 0;         // sender domains
  std::uint64_t seen_once = 0;    // on one day
  std::uint64_t seen_twice = 0;   // on two
  double estimate = 0;            // domains that were not seen at all, at least: Chao 1984
  double low = 0, high = 0;       // its 95 % interval: Chao 1987
  double share_of_sightings = 0;  // of the next sightings, those of a domain not seen before: Good 1953
  double expected = 0;            // new domains in as many days again
};

// What was asked to be shown apart. The parts are in each RuleAnswer.
struct Shown {
  bool backtest = false;  // all of it, not only a line
  bool by_recipient = false, by_network = false, by_country = false;
};

struct Answer {
  std::uint64_t messages = 0, over_tls = 0, in_the_clear = 0, unknown = 0;
  std::uint64_t refused = 0;          // attempts refused for good, whatever the rule
  std::uint64_t deferred = 0;         // deferred and not seen again
  std::uint64_t tried_again = 0;      // attempts that were deferred and accepted later: counted once
  std::uint64_t refused_for_tls = 0;  // of refused and deferred: because they came in plaintext
  std::uint64_t hosts = 0, sender_domains = 0;
  std::uint64_t failed_handshakes = 0;
  std::array<std::uint64_t, 5> versions{};  // unknown, 1.0 and older, 1.1, 1.2, 1.3: messages
  std::uint64_t wanted = 0, unwanted = 0;
  Instant first{}, last{};
  LeftOut left_out;
  std::vector<SourceAnswer> sources;
  std::vector<RuleAnswer> rules;
  std::vector<Day> days;
  UnseenSenders unseen;
  Shown shown;
  std::vector<std::string> notes;

  double days_spanned() const;  // at least one
};

std::string day_name(std::int64_t day);  // "2026-11-24"

}  // namespace postern::whatif
