#include "whatif/readers/json_lines.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "base/ascii.hpp"
#include "whatif/readers/generic_record.hpp"
#include "whatif/readers/json_members.hpp"
#include "whatif/readers/log_text.hpp"

namespace postern::whatif {
namespace {

namespace json = boost::json;

// A value of the generic form as text; lists with blanks between.
std::string plain(json::value const& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_null()) return {};
  if (value.is_array()) {
    std::string out;
    for (auto const& one : value.get_array()) out += (out.empty() ? "" : " ") + plain(one);
    return out;
  }
  if (value.is_double())
    return std::to_string(static_cast<std::int64_t>(std::clamp(value.get_double(), 0.0, 1e11)));
  return json::serialize(value);
}

}  // namespace

void JsonLines::line(std::string_view text) {
  boost::system::error_code error;
  auto const value = json::parse(text, error);  // nested 32 deep at most
  if (error || !value.is_object()) {
    stats_.skip(text, "no JSON object");
    return;
  }
  auto const& record = value.get_object();
  if (record.contains("type") && record.contains("peer_address"))
    kumomta_record(record, text);
  else if (record.contains("client"))
    generic(record, text);
  else if (!record.contains("type"))
    stats_.skip(text, "a JSON object with neither \"client\" nor \"type\"");
}

void JsonLines::kumomta_record(json::object const& record, std::string_view text) {
  kumomta_ = true;
  if (text_of(record.if_contains("type")) != "Reception") return;
  Reception reception;
  reception.kind = Reception::Kind::lone_message;
  if (auto const* at = record.if_contains("timestamp"); at != nullptr && at->is_number())
    reception.at = Instant(
        std::chrono::seconds(static_cast<std::int64_t>(std::clamp(at->to_number<double>(), 0.0, 1e11))));
  else if (auto written = text_of(record.if_contains("event_time")); !written.empty())
    reception.at = clock_.take_iso(written).value_or(clock_.last());
  auto const* peer = record.if_contains("peer_address");
  if (peer != nullptr && peer->is_object()) {
    auto const address = text_of(peer->get_object().if_contains("addr"));
    auto parsed = log_address(address);
    if (address.starts_with('['))
      parsed = log_address(address.substr(1, address.find(']') - 1));
    else if (!parsed && address.rfind(':') != std::string_view::npos)
      parsed = log_address(address.substr(0, address.rfind(':')));
    if (parsed) {
      reception.client = *parsed;
      reception.has_client = true;
    }
    reception.helo = text_of(peer->get_object().if_contains("name"));
  }
  if (!reception.has_client) {
    stats_.skip(text, "no client address");
    return;
  }
  if (text_of(record.if_contains("reception_protocol")).starts_with("HTTP")) reception.origin = Origin::local;
  reception.has_sender = true;
  reception.sender = text_of(record.if_contains("sender"));
  if (auto const* recipients = record.if_contains("recipient")) {
    if (recipients->is_array())
      for (auto const& one : recipients->get_array()) reception.recipients.emplace_back(text_of(&one));
    else
      reception.recipients.emplace_back(text_of(recipients));
  }
  auto const version = text_of(record.if_contains("tls_protocol_version"));
  auto const cipher = text_of(record.if_contains("tls_cipher"));
  if (version.empty() && cipher.empty()) {
    silence_.give(std::move(reception));
    return;
  }
  reception.tls.used = Tristate::yes;
  reception.tls.version = tls_version_name(version);
  auto const* subject = record.if_contains("tls_peer_subject_name");
  bool const has_subject =
      subject != nullptr && !subject->is_null() && !(subject->is_array() && subject->get_array().empty());
  reception.tls.certificate =
      has_subject ? policy::ClientCertificate::untrusted : policy::ClientCertificate::none;
  silence_.log_tells_tls();
  sink_.take(std::move(reception));
}

void JsonLines::generic(json::object const& record, std::string_view text) {
  GenericRecord out;
  for (auto const& member : record)
    if (!out.set(member.key(), plain(member.value()), clock_)) {
      stats_.skip(text, "not a value of \"" + printable(member.key(), 40) + "\"");
      return;
    }
  std::move(out).give(text, stats_, sink_);
}

}  // namespace postern::whatif
