#include "app/settings/build_config.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <unordered_set>

#include "app/settings/advice.hpp"
#include "app/settings/build_authentication.hpp"
#include "app/settings/build_directory.hpp"
#include "app/settings/build_filters.hpp"
#include "app/settings/build_routes.hpp"
#include "app/settings/build_rules.hpp"
#include "app/settings/build_signing.hpp"
#include "app/settings/build_users.hpp"
#include "app/settings/by_line.hpp"
#include "app/settings/certificate_advice.hpp"
#include "app/settings/dns_advice.hpp"
#include "app/settings/fingerprints.hpp"
#include "app/settings/hostname_advice.hpp"
#include "app/settings/listener_advice.hpp"
#include "app/settings/published.hpp"
#include "app/settings/route_advice.hpp"
#include "app/settings/why_not.hpp"
#include "base/ascii.hpp"
#include "net/ourselves.hpp"
#include "net/wall_clock.hpp"
#include "store/file.hpp"
#include "wire/path.hpp"
#include "wire/report_uri.hpp"
#include "wire/tlsrpt_record.hpp"

namespace postern::app {
namespace {

constexpr std::string_view rfc_3207 =
    "RFC 3207 section 4: \"A publicly-referenced SMTP server MUST NOT require use of the STARTTLS extension "
    "in order to deliver mail locally.\" Senders without TLS cannot reach you; `postern whatif` tells how "
    "many that would be";

bool breaks_rfc_3207(policy::TlsRequirement requirement) {
  return requirement != policy::TlsRequirement::never && requirement != policy::TlsRequirement::remembered;
}

void check_published(DomainSettings const& domain, std::string const& hostname, Problems& problems) {
  std::string const where = "domains.\"" + domain.name + "\".";
  auto const policy = wire::parse_sts_policy(print(published_policy(domain, hostname)));
  if (!policy && domain.sts_mode != wire::StsMode::none)
    problems.error(domain.line, where + "mta_sts: " + policy.error());
  for (auto const& rua : domain.tlsrpt_rua)
    if (!wire::parse_tlsrpt_record({"v=TLSRPTv1; rua=" + rua}))
      problems.error(domain.line, where + "tlsrpt.rua: \"" + rua + "\" is neither mailto: nor https:");
  auto const host = Domain::parse(hostname);
  if (policy && host && domain.sts_mode != wire::StsMode::none && !policy->lists(host->a_label()))
    problems.warn(
        where + "mta_sts.mx: no pattern of it fits " + host->a_label() +
        " (hostname): senders that go by the policy do not deliver to this server (RFC 8461 section "
        "4.1)");
}

void check_start(StartSettings const& start, Problems& problems) {
  if (!start.web_address.empty() && !net::Endpoint::parse(start.web_address))
    problems.error(0, "web.address = \"" + start.web_address +
                          "\": not an address with a port, such as \"127.0.0.1:8025\"");
  check_dns(start.dns, problems);
}

void check_live(LiveSettings const& live, Problems& problems) {
  for (auto const& domain : live.domains) check_published(domain, live.hostname, problems);
  if (!live.origin.empty() && !Domain::parse(live.origin))
    problems.error(0, "send.origin = " + in_quotes(live.origin) + ": not a domain name");
  if (live.tls.min_version > live.tls.max_version)
    problems.error(0, "tls.min_version is above tls.max_version");
  if (live.retry.first > live.retry.longest)
    problems.error(0, "queue.first_retry is longer than queue.max_retry");
  if (live.tls.certificate.size() != live.tls.key.size())
    problems.error(0, "tls.certificate names " + std::to_string(live.tls.certificate.size()) +
                          " files, tls.key " + std::to_string(live.tls.key.size()) +
                          ": each certificate needs its key, in the same order");
  for (auto const& mailbox : live.notices.mailboxes)
    if (mailbox != "*" && !wire::parse_mailbox(mailbox))
      problems.error(0, "notices.mailboxes: " + in_quotes(mailbox) + " is no mail address, and not \"*\"");
  if (!live.notices.postmaster.empty() && !wire::parse_mailbox(live.notices.postmaster))
    problems.error(0, "notices.postmaster = " + in_quotes(live.notices.postmaster) + ": not a mail address");
}

void warn_of_what_is_lost(LiveSettings const& live, Problems& problems) {
  if (breaks_rfc_3207(live.require_tls)) problems.warn("tls.require: " + std::string(rfc_3207));
  for (auto const& domain : live.domains)
    if (breaks_rfc_3207(domain.require_tls.value_or(policy::TlsRequirement::never)))
      problems.warn("domains.\"" + domain.name + "\".tls.require: " + std::string(rfc_3207));
  if (live.tls.min_version > net::TlsVersion::v1_2)
    problems.warn(
        "tls.min_version above 1.2: clients that cannot do it fail their handshakes, and send without TLS "
        "only when they give up on TLS");
}

// RFC 8460 section 3: mail to where our reports are to be sent comes through whatever TLS does.
std::unordered_set<std::string> tls_report_addresses(LiveSettings const& live) {
  std::unordered_set<std::string> addresses;
  for (auto const& domain : live.domains)
    for (auto const& rua : domain.tlsrpt_rua) {
      auto const address = wire::mailto_address(rua);
      if (address) addresses.insert(lowered(address->local_part()) + "@" + address->host());
    }
  return addresses;
}

// Where flagged mail goes must be somewhere.
void check_quarantine(LiveSettings const& live, policy::Directory const& directory, Problems& problems) {
  for (auto const& rule : live.rules)
    if (rule.deliver_to && directory.standing(*rule.deliver_to) == policy::RecipientClass::unknown)
      problems.error(rule.line, "rules." + in_quotes(rule.name) + ".deliver_to = " +
                                    in_quotes(rule.deliver_to->print()) + ": there is no such mailbox here");
}

policy::Policy build_policy(Settings const& settings, Make make, Problems& problems) {
  auto const& live = settings.live;
  auto const error = [&](int line, std::string const& what) { problems.error(line, what); };
  policy::Policy policy{.directory = build_directory(settings, problems)};
  policy.relay_networks = live.relay_networks;
  policy.relay_certificates = fingerprints_of(live.relay_certificates, 0, "relay.certificates", problems);
  policy.tls = live.require_tls;
  policy.fallback = live.fallback;
  policy.memory = live.memory;
  policy.memory.expire = settings.start.memory_expire;
  policy.memory.size = settings.start.memory_size;
  policy.checks_spf = live.spf_check;
  policy.verifies_messages = live.verify_messages && settings.start.dns.enabled;
  policy.dmarc = build_dmarc(live, problems);
  policy.pins = build_pins(settings, error);
  policy.tls_report_addresses = tls_report_addresses(live);
  policy.rules = build_rules(settings, error);
  policy.senders = live.senders;
  policy.may_send_as = build_sender_grants(live, problems);
  policy.srs = build_srs(settings, make, problems);
  check_quarantine(live, policy.directory, problems);
  return policy;
}

bool exists(std::string const& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0;
}

net::TlsSettings with_certificate(Settings const& settings, Problems& problems) {
  net::TlsSettings tls = settings.live.tls;
  for (auto& file : tls.certificate) file = settings.path(file);
  for (auto& file : tls.key) file = settings.path(file);
  tls.ca_file = settings.path(tls.ca_file);
  if (!tls.certificate.empty()) return tls;
  std::string const directory = settings.data_directory() + "/tls";
  std::string const certificate = directory + "/self-signed.pem";
  std::string const key = directory + "/self-signed.key";
  if (!(exists(certificate) && exists(key))) {
    errno = 0;
    if (!store::real_files().make_directories(directory))
      problems.error(0, "the directory " + directory + " cannot be made: " + why_not(errno));
    std::vector<std::string> names{settings.live.hostname};
    if (settings.live.hostname != "localhost") names.push_back("localhost");
    if (auto const made = net::make_self_signed(certificate, key, names); !made)
      problems.error(0, made.error());
  }
  tls.certificate = {certificate};
  tls.key = {key};
  return tls;
}

std::vector<net::Endpoint> smtp_listeners(StartSettings const& start) {
  std::vector<net::Endpoint> listeners;
  for (auto const& listener : start.listen) {
    bool const takes_mail = listener.role == ListenRole::mx || listener.role == ListenRole::submission;
    if (auto const at = net::Endpoint::parse(listener.address); at && takes_mail) listeners.push_back(*at);
  }
  return listeners;
}

net::Ourselves ourselves(Settings const& settings) {
  return {.name = settings.live.hostname,
          .interfaces = net::interface_addresses(),
          .listeners = smtp_listeners(settings.start)};
}

std::shared_ptr<delivery::SmtpConfig const> build_smtp(Settings const& settings,
                                                       std::shared_ptr<delivery::SigningConfig const> signing,
                                                       Problems& problems) {
  auto const& send = settings.live.send;
  auto client = net::TlsClient::make(settings.path(send.ca_file), settings.path(send.certificate),
                                     settings.path(send.key));
  if (!client) {
    problems.error(0, client.error());
    return nullptr;
  }
  return std::make_shared<delivery::SmtpConfig const>(
      delivery::SmtpConfig{.hostname = settings.live.hostname,
                           .send = send,
                           .tls = *std::move(client),
                           .listeners = smtp_listeners(settings.start),
                           .signing = std::move(signing)});
}

std::shared_ptr<session::GateConfig const> build_gate(Settings const& settings, net::TicketKeys& tickets,
                                                      Make make, TlsInUse const& before, Problems& problems) {
  auto gate = std::make_shared<session::GateConfig>(
      session::GateConfig{.smtp = settings.live.smtp,
                          .policy = build_policy(settings, make, problems),
                          .timeouts = settings.live.timeouts,
                          .tls = nullptr,
                          .passwords = nullptr});
  gate->filters = build_filters(settings, problems);
  gate->passwords = build_passwords(settings, problems);
  gate->policy.logins = gate->passwords != nullptr;
  if (make == Make::nothing && settings.live.tls.certificate.empty()) return gate;
  auto context = net::TlsContext::make(with_certificate(settings, problems), tickets);
  if (!context) {
    problems.error(0, context.error());
    return gate;
  }
  gate->tls = *std::move(context);
  bool const is_the_same = gate->tls->fingerprint() == before.fingerprint;
  gate->policy.fallback.certificates_since = is_the_same ? before.since : net::wall_clock();
  return gate;
}

BuiltConfig build(Settings const& settings, net::TicketKeys& tickets, Make make, TlsInUse const& before) {
  Problems problems(settings);
  check_start(settings.start, problems);
  check_live(settings.live, problems);
  check_authentication(settings, problems);
  warn_of_what_is_lost(settings.live, problems);
  auto gate = build_gate(settings, tickets, make, before, problems);
  advise(settings, gate->policy.directory, gate->passwords.get(), problems);
  advise_about_hostname(settings, problems);
  advise_about_listeners(settings, problems);
  advise_about_routes(settings, gate->policy.directory, ourselves(settings), problems);
  advise_about_certificates(settings, net::wall_clock(), problems);
  std::shared_ptr<policy::Directory const> const directory(gate, &gate->policy.directory);
  auto const signing = std::make_shared<delivery::SigningConfig const>(
      delivery::SigningConfig{.keys = build_signing_keys(settings, problems),
                              .srs = gate->policy.srs,
                              .seals = seals(settings.live.forwarding),
                              .directory = directory,
                              .authserv_id = settings.live.smtp.results_by()});
  advise_about_signing(settings, signing->keys.get(), *directory, problems);
  auto smtp = build_smtp(settings, signing, problems);
  auto routes = build_routes(settings, problems);
  BuiltConfig built;
  built.errors = problems.errors();
  sort_by_line(built.errors, settings.file);
  built.warnings = problems.warnings();
  built.notes = problems.notes();
  if (problems.any()) return built;
  auto const& live = settings.live;
  auto const ca_file = settings.path(live.send.ca_file);
  auto sts = live.sts;
  sts.ca_file = ca_file;
  built.delivery = std::make_shared<delivery::DeliveryConfig const>(delivery::DeliveryConfig{
      live.hostname, directory, std::move(routes), live.retry, std::move(sts), std::move(smtp)});
  built.tls_reports = {live.tls_reports, live.hostname, ca_file, live.sts.port};
  built.notices = {live.notices, live.hostname, directory};
  built.sts_site = std::make_shared<web::StsPolicies const>(published_policies(live));
  if (gate->tls)
    built.tls = {.fingerprint = gate->tls->fingerprint(), .since = gate->policy.fallback.certificates_since};
  built.gate = std::move(gate);
  return built;
}

}  // namespace

BuiltConfig build_config(Settings const& settings, net::TicketKeys& tickets, TlsInUse const& before) {
  return build(settings, tickets, Make::what_is_missing, before);
}

BuiltConfig check_config(Settings const& settings) {
  net::TicketKeys tickets(settings.start.ticket_lifetime);
  return build(settings, tickets, Make::nothing, {});
}

std::vector<std::string> start_errors(Settings const& settings) {
  Problems problems(settings);
  check_start(settings.start, problems);
  return problems.errors();
}

}  // namespace postern::app
