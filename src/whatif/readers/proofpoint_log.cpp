#include "whatif/readers/proofpoint_log.hpp"

#include <boost/json/parse.hpp>

#include "whatif/readers/json_members.hpp"
#include "whatif/readers/log_text.hpp"

namespace postern::whatif {
namespace {

namespace json = boost::json;

TlsSeen inbound_tls(json::object const& connection) {
  TlsSeen out;
  auto const* tls = object_in(connection, "tls");
  auto const* inbound = tls == nullptr ? nullptr : object_in(*tls, "inbound");
  if (inbound == nullptr) return out;
  auto const version = text_of(inbound->if_contains("version"));
  auto const cipher = text_of(inbound->if_contains("cipher"));
  if (version.empty() && cipher.empty()) return out;
  bool const none = (version.empty() || version == "NONE") && (cipher.empty() || cipher == "NONE");
  out.used = none ? Tristate::no : Tristate::yes;
  out.version = tls_version_name(version);
  return out;
}

// What became of the message: "continue" and "accept" passed it on, "discard" took it and threw it away.
void read_disposition(json::object const& filter, Reception& out) {
  auto const disposition = text_of(filter.if_contains("disposition"));
  bool const passed_on = disposition == "continue" || disposition == "accept";
  if (disposition == "reject")
    out.outcome = policy::Outcome::refused;
  else if (disposition == "tempfail")
    out.outcome = policy::Outcome::deferred;
  else if (disposition == "discard")
    out.wanted = Wanted::unwanted;
  else if (passed_on && !filter.contains("quarantine"))
    out.wanted = Wanted::wanted;
}

// Mail of one's own that goes out, and mail that Proofpoint puts in again, did not come from outside.
bool is_own_mail(json::object const& filter) {
  auto const direction = text_of(filter.if_contains("routeDirection"));
  auto const* again = filter.if_contains("isMsgReinjected");
  return direction == "outbound" || direction == "internal" ||
         (again != nullptr && again->is_bool() && again->get_bool());
}

void read_envelope(json::object const& envelope, Reception& out) {
  if (auto const* from = envelope.if_contains("from"); from != nullptr && from->is_string()) {
    out.has_sender = true;
    out.sender = text_of(from);
  }
  auto const* recipients = envelope.if_contains("rcpts");
  if (recipients == nullptr || !recipients->is_array()) return;
  for (auto const& recipient : recipients->get_array())
    if (recipient.is_string() && out.recipients.size() < most_listed)
      out.recipients.emplace_back(text_of(&recipient));
}

}  // namespace

// Quotes in a value stand behind a backslash, so that no value can look like a key.
bool ProofpointLog::line_looks_like(std::string_view line) {
  if (!line.starts_with('{')) return false;
  for (std::string_view const key : {"\"connection\":", "\"envelope\":", "\"filter\":", "\"guid\":"})
    if (line.find(key) == std::string_view::npos) return false;
  return true;
}

void ProofpointLog::line(std::string_view text) {
  boost::system::error_code error;
  auto const value = json::parse(text, error);  // nested 32 deep at most
  if (error || !value.is_object()) return stats_.skip(text, "no JSON object");
  auto const& record = value.get_object();
  auto const* connection = object_in(record, "connection");
  auto const* filter = object_in(record, "filter");
  if (connection == nullptr || filter == nullptr) return stats_.skip(text, "no record of a message");
  auto const address = log_address(text_of(connection->if_contains("ip")));
  if (!address) return stats_.skip(text, "no client address");
  Reception reception;
  reception.kind = Reception::Kind::lone_message;
  auto written = text_of(record.if_contains("ts"));
  reception.at = clock_.take_iso(written).value_or(clock_.last());
  reception.client = *address;
  reception.has_client = true;
  reception.helo = text_of(connection->if_contains("helo"));
  if (is_own_mail(*filter)) reception.origin = Origin::local;
  if (auto const* envelope = object_in(record, "envelope")) read_envelope(*envelope, reception);
  read_disposition(*filter, reception);
  reception.tls = inbound_tls(*connection);
  if (reception.tls.used == Tristate::yes) silence_.log_tells_tls();
  if (reception.tls.used == Tristate::unknown)
    silence_.give(std::move(reception));
  else
    sink_.take(std::move(reception));
}

void ProofpointLog::ended() {
  silence_.end();
  if (silence_.messages_left_unknown() > 0)
    stats_.note(
        "No record has connection.tls.inbound: they do not tell whether mail came over TLS, and their "
        "messages are unknown.");
}

}  // namespace postern::whatif
