#include "whatif/readers/generic_record.hpp"

#include "base/ascii.hpp"
#include "whatif/readers/log_text.hpp"

namespace postern::whatif {
namespace {

std::optional<Tristate> answer_of(std::string_view value) {
  if (value.empty() || value == "unknown" || value == "null") return Tristate::unknown;
  if (iequals(value, "yes") || iequals(value, "true") || value == "1") return Tristate::yes;
  if (iequals(value, "no") || iequals(value, "false") || value == "0") return Tristate::no;
  return std::nullopt;
}

// "wanted", "unwanted", or yes and no.
std::optional<Wanted> wanted_of(std::string_view value) {
  if (value == "wanted") return Wanted::wanted;
  if (value == "unwanted") return Wanted::unwanted;
  auto const answer = answer_of(value);
  if (!answer) return std::nullopt;
  switch (*answer) {
    case Tristate::yes: return Wanted::wanted;
    case Tristate::no: return Wanted::unwanted;
    case Tristate::unknown: break;
  }
  return Wanted::unknown;
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

bool GenericRecord::set(std::string_view name, std::string_view value, LogClock& clock) {
  if (name == "time") {
    auto const at = time_of(value, clock);
    reception_.at = at.value_or(Instant{});
    has_time_ = at.has_value();
    return has_time_;
  }
  if (name == "client") return set_client(value);
  if (name == "tls") return set_tls(value);
  if (name == "tls_version") return set_tls_version(value);
  if (name == "client_certificate") return set_certificate(value);
  if (name == "outcome") return set_outcome(value);
  if (name == "wanted") return set_wanted(value);
  if (name == "authenticated") return set_authenticated(value);
  if (name == "name") reception_.client_name = value;
  if (name == "helo") reception_.helo = value;
  if (name == "sender") set_sender(value);
  if (name == "recipients" || name == "recipient") add_recipients(value);
  return true;
}

bool GenericRecord::set_client(std::string_view value) {
  auto const address = log_address(value);
  if (!address) return false;
  reception_.client = *address;
  reception_.has_client = true;
  return true;
}

void GenericRecord::set_sender(std::string_view value) {
  if (value.starts_with('<') && value.ends_with('>')) value = value.substr(1, value.size() - 2);
  reception_.sender = value;
  reception_.has_sender = true;
}

void GenericRecord::add_recipients(std::string_view value) {
  while (!value.empty()) {
    auto const one = value.substr(0, value.find_first_of(" ;"));
    if (!one.empty()) reception_.recipients.emplace_back(one);
    value.remove_prefix(std::min(one.size() + 1, value.size()));
  }
}

// "yes", "no", "failed", a version, or nothing.
bool GenericRecord::set_tls(std::string_view value) {
  auto& tls = reception_.tls;
  if (auto const version = tls_version_name(value); !version.empty()) {
    tls.used = Tristate::yes;
    tls.version = version;
    return true;
  }
  if (value == unknown_tls_version) {
    tls.used = Tristate::yes;
    return true;
  }
  if (value == "failed") {
    tls.used = Tristate::no;
    tls.failure = "handshake failed";
    return true;
  }
  auto const answer = answer_of(value);
  if (answer) tls.used = *answer;
  return answer.has_value();
}

bool GenericRecord::set_tls_version(std::string_view value) {
  if (value.empty() || value == unknown_tls_version) return true;
  reception_.tls.version = tls_version_name(value);
  return !reception_.tls.version.empty();
}

bool GenericRecord::set_certificate(std::string_view value) {
  if (value.empty()) return true;
  reception_.tls.certificate = certificate_of(value);
  return reception_.tls.certificate.has_value();
}

bool GenericRecord::set_outcome(std::string_view value) {
  for (auto const outcome :
       {policy::Outcome::accepted, policy::Outcome::refused, policy::Outcome::deferred}) {
    if (value != print(outcome)) continue;
    reception_.outcome = outcome;
    return true;
  }
  return value.empty();
}

bool GenericRecord::set_wanted(std::string_view value) {
  auto const wanted = wanted_of(value);
  if (wanted) reception_.wanted = *wanted;
  return wanted.has_value();
}

bool GenericRecord::set_authenticated(std::string_view value) {
  auto const answer = answer_of(value);
  if (answer == Tristate::yes) reception_.origin = Origin::authenticated;
  return answer.has_value();
}

void GenericRecord::give(std::string_view text, SourceStats& stats, ReceptionSink& sink) && {
  if (!has_time_) return stats.skip(text, "no time");
  if (!reception_.has_client) return stats.skip(text, "no client address");
  reception_.kind = Reception::Kind::lone_message;
  sink.take(std::move(reception_));
}

}  // namespace postern::whatif
