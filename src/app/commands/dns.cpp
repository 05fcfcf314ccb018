#include <cstdio>

#include "app/commands/commands.hpp"
#include "app/commands/complain.hpp"
#include "app/commands/server_settings.hpp"
#include "app/settings/key_directory.hpp"
#include "app/settings/published.hpp"
#include "base/domain.hpp"
#include "net/certificate.hpp"

namespace postern::app {
namespace {

constexpr int name_column = 40;

void print_record(std::string const& name, std::string const& type, std::string const& data) {
  std::printf("%-*s %-6s %s\n", name_column, (name + ".").c_str(), type.c_str(), data.c_str());
}

// RFC 7672 section 3.1.1: the server's own key, whatever certificate it is in.
int print_tlsa(std::string const& host, std::vector<std::string> const& files, char const* what) {
  int code = 0;
  for (auto const& file : files) {
    auto const digest = net::spki_sha256_of(file);
    if (!digest) {
      code = complain(digest.error());
      continue;
    }
    std::printf("; %s: %s\n", what, file.c_str());
    print_record("_25._tcp." + host, "TLSA", "3 1 1 " + *digest);
  }
  return code;
}

void print_domain(DomainSettings const& domain, std::string const& name, std::string const& host) {
  std::printf("\n; %s\n", name.c_str());
  print_record(name, "MX", "10 " + host + ".");
  if (domain.sts_mode != wire::StsMode::none) {
    auto const policy = published_policy(domain, host);
    print_record("_mta-sts." + name, "TXT", "\"v=STSv1; id=" + policy_id(policy) + "\"");
    std::printf("; %s serves https://mta-sts.%s/.well-known/mta-sts.txt, with a certificate for that name:\n",
                host.c_str(), name.c_str());
    print_record("mta-sts." + name, "CNAME", host + ".");
  }
  if (domain.tlsrpt_rua.empty()) return;
  std::string rua;
  for (auto const& address : domain.tlsrpt_rua) rua += (rua.empty() ? "" : ",") + address;
  print_record("_smtp._tls." + name, "TXT", "\"v=TLSRPTv1; rua=" + rua + "\"");
}

void print_keys_of(std::string const& domain, KeysRead const& read) {
  for (auto const& own : read.keys) {
    if (own.name.domain != domain) continue;
    std::printf("; DKIM, %s:\n", std::string(print(own.name.state)).c_str());
    print_record(own.name.record_name(), "TXT", zone_strings(own.key->record()));
  }
}

}  // namespace

int run_dns(std::string const& config) {
  auto const found = settings_of_server(config);
  if (found.code != 0) return found.code;
  auto const& settings = found.settings;
  auto const host = Domain::parse(settings.live.hostname);
  if (!host) return complain("hostname: not a host name");
  auto const paths = [&](std::vector<std::string> const& files) {
    std::vector<std::string> out;
    for (auto const& file : files) out.push_back(settings.path(file));
    return out;
  };
  std::printf(
      "; TLSA records take effect only in DNSSEC-signed zones. Publish the record of a next certificate two "
      "TTLs\n"
      "; before you take it into use; keep that of the old one as long.\n");
  int code = print_tlsa(host->a_label(), paths(settings.live.tls.certificate), "in use");
  code = std::max(code, print_tlsa(host->a_label(), paths(settings.live.tls.next), "next"));
  auto const keys = settings.live.dkim_keys.empty() ? KeysRead{} : read_keys(settings.key_directory());
  for (auto const& problem : keys.problems) code = complain("dkim.keys: " + problem);
  for (auto const& domain : settings.live.domains)
    if (auto const name = Domain::parse(domain.name)) {
      print_domain(domain, name->a_label(), host->a_label());
      print_keys_of(name->a_label(), keys);
    }
  return code;
}

}  // namespace postern::app
