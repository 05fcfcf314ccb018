#include "whatif/readers/generic_record.hpp"

#include "base/ascii.hpp"
#include "whatif/readers/log_text.hpp"

namespace postern::whatif {
namespace {

std::optional<Answered> answer_of(std::string_view value) {
  if (value.empty() || value == "unknown" || value == "null") return Answered::unknown;
  if (iequals(value, "yes") || iequals(value, "true") || value == "1") return Answered::yes;
  if (iequals(value, "no") || iequals(value, "false") || value == "0") return Answered::no;
  return std::nullopt;
}

std::optional<policy::ClientCertificate> certificate_of(std::string_view value) {
  using policy::ClientCertificate;
  for (auto const certificate :
       {ClientCertificate::not_asked, ClientCertificate::none, ClientCertificate::self_signed,
        ClientCertificate::untrusted, ClientCertificate::expired, ClientCertificate::trusted})
    if (value == print(certificate)) return certificate;
  return std::nullopt;
}

// "2026-11-24T01:02:03Z", or seconds since 1970.
std::optional<Instant> time_of(std::string_view value, LogClock& clock) {
  if (value.find('-') != std::string_view::npos) return clock.take_iso(value);
  auto const seconds = number_in(value);
  if (seconds == 0 || seconds > 10'000'000'000) return std::nullopt;
  return Instant(std::chrono::seconds(static_cast<std::int64_t>(seconds)));
}

}  // namespace

std::vector<std::string_view> const& generic_names() {
  static std::vector<std::string_view> const names{"time",    "client",      "name",
                                                   "helo",    "sender",      "recipients",
                                                   "tls",     "tls_version", "client_certificate",
                                                   "outcome", "wanted",      "authenticated"};
  return names;
}

bool GenericRecord::set(std::string_view name, std::string_view value, LogClock& clock) {
  auto& out = arrival_;
  if (name == "time") {
    auto const at = time_of(value, clock);
    if (at) out.at = *at, has_time_ = true;
    return at.has_value();
  }
  if (name == "client") {
    auto const address = log_address(value);
    if (address) out.client = *address, out.has_client = true;
    return address.has_value();
  }
  if (name == "name") return out.client_name = value, true;
  if (name == "helo") return out.helo = value, true;
  if (name == "sender") {
    if (value.starts_with('<') && value.ends_with('>')) value = value.substr(1, value.size() - 2);
    out.sender = value;
    out.has_sender = true;
    return true;
  }
  if (name == "recipients" || name == "recipient") {
    while (!value.empty()) {
      auto const one = value.substr(0, value.find_first_of(" ;"));
      if (!one.empty()) out.recipients.emplace_back(one);
      value.remove_prefix(std::min(one.size() + 1, value.size()));
    }
    return true;
  }
  if (name == "tls") {
    if (auto const version = tls_version_name(value); !version.empty()) {
      out.tls.used = Answered::yes;
      out.tls.version = version;
      return true;
    }
    if (value == "failed") return out.tls.used = Answered::no, out.tls.failure = "handshake failed", true;
    auto const answer = answer_of(value);
    if (answer) out.tls.used = *answer;
    return answer.has_value();
  }
  if (name == "tls_version") {
    if (value.empty()) return true;
    auto const version = tls_version_name(value);
    out.tls.version = version;
    return !version.empty();
  }
  if (name == "client_certificate") {
    if (value.empty()) return true;
    out.tls.certificate = certificate_of(value);
    return out.tls.certificate.has_value();
  }
  if (name == "outcome") {
    for (auto const outcome :
         {policy::Outcome::accepted, policy::Outcome::refused, policy::Outcome::deferred})
      if (value == print(outcome)) return out.outcome = outcome, true;
    return value.empty();
  }
  if (name == "wanted") {
    if (value == "wanted" || value == "unwanted")
      return out.wanted = value == "wanted" ? Wanted::wanted : Wanted::unwanted, true;
    auto const answer = answer_of(value);
    if (answer)
      out.wanted = *answer == Answered::yes  ? Wanted::wanted
                   : *answer == Answered::no ? Wanted::unwanted
                                             : Wanted::unknown;
    return answer.has_value();
  }
  if (name == "authenticated") {
    auto const answer = answer_of(value);
    if (answer == Answered::yes) out.origin = Origin::authenticated;
    return answer.has_value();
  }
  return true;
}

void GenericRecord::give(std::string_view text, SourceStats& stats, ArrivalSink& sink) && {
  if (!has_time_) return stats.skip(text, "no time");
  if (!arrival_.has_client) return stats.skip(text, "no client address");
  arrival_.kind = Arrival::Kind::lone_message;
  sink.take(std::move(arrival_));
}

}  // namespace postern::whatif
