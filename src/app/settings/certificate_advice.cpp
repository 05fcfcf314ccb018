#include "app/settings/certificate_advice.hpp"

#include <algorithm>

#include "base/counted.hpp"
#include "base/domain.hpp"
#include "net/certificate.hpp"

namespace postern::app {
namespace {

struct ReadCertificate {
  std::string key;   // of the configuration
  std::string file;  // as written
  net::CertificateSummary summary;
};

std::vector<ReadCertificate> read_certificates(Settings const& settings) {
  std::vector<std::pair<std::string, std::string>> files;
  for (auto const& file : settings.live.tls.certificate) files.emplace_back("tls.certificate", file);
  if (auto const& own = settings.live.send.certificate; !own.empty())
    files.emplace_back("send.certificate", own);
  std::vector<ReadCertificate> all;
  for (auto& [key, file] : files)
    if (auto summary = net::summary_of_certificate(settings.path(file)))
      all.push_back({.key = std::move(key), .file = std::move(file), .summary = *std::move(summary)});
  return all;
}

void look_at_time(ReadCertificate const& certificate, Instant now, Problems& problems) {
  auto const& [key, file, summary] = certificate;
  std::string const where = key + ": " + file;
  auto const days = days_left(summary.ends, now);
  if (summary.begins > now)
    problems.warn(where + " is good only from " + print_iso8601(summary.begins) + " on");
  else if (summary.ends <= now)
    problems.warn(where + " has expired on " + print_iso8601(summary.ends));
  else if (days < near_days)
    problems.warn(where + " expires in " + counted(static_cast<std::uint64_t>(days), "day") + ", on " +
                  print_iso8601(summary.ends));
}

bool covers(std::vector<ReadCertificate> const& served, std::string const& host) {
  return std::any_of(served.begin(), served.end(), [&](auto const& certificate) {
    auto const& names = certificate.summary.names;
    return std::any_of(names.begin(), names.end(),
                       [&](auto const& name) { return net::name_covers(name, host); });
  });
}

void look_at_names(Settings const& settings, std::vector<ReadCertificate> const& served, Problems& problems) {
  auto const& live = settings.live;
  auto const host = Domain::parse(live.hostname);
  if (host && !served.empty() && !covers(served, host->a_label()))
    problems.warn("tls.certificate: none is for " + host->a_label() +
                  " (hostname): senders that verify it (DANE, MTA-STS) do not deliver");
  bool const serves_policies =
      std::any_of(settings.start.listen.begin(), settings.start.listen.end(),
                  [](auto const& listener) { return listener.role == ListenRole::https; });
  for (auto const& domain : live.domains) {
    auto const name = Domain::parse(domain.name);
    if (!serves_policies || !name || domain.sts_mode == wire::StsMode::none) continue;
    auto const site = "mta-sts." + name->a_label();
    if (!covers(served, site))  // RFC 8461 section 3.3
      problems.warn("tls.certificate: none is for " + site +
                    ", where senders fetch the policy of domains.\"" + domain.name +
                    "\".mta_sts: they cannot");
  }
}

}  // namespace

std::vector<CertificateEnd> certificate_ends(Settings const& settings) {
  std::vector<CertificateEnd> ends;
  for (auto const& certificate : read_certificates(settings))
    ends.push_back({.file = certificate.file, .ends = certificate.summary.ends});
  return ends;
}

std::int64_t days_left(Instant ends, Instant now) {
  return std::chrono::floor<std::chrono::days>(ends - now).count();
}

void advise_about_certificates(Settings const& settings, Instant now, Problems& problems) {
  auto certificates = read_certificates(settings);
  for (auto const& certificate : certificates) look_at_time(certificate, now, problems);
  std::erase_if(certificates, [](auto const& one) { return one.key != "tls.certificate"; });
  look_at_names(settings, certificates, problems);
  if (!certificates.empty() &&
      std::none_of(certificates.begin(), certificates.end(), [](auto const& one) { return one.summary.rsa; }))
    problems.note("tls.certificate: none has an RSA key; a few old clients can shake hands with no other");
}

}  // namespace postern::app
