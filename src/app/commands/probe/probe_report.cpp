// What a probe has found, in words.
#include <algorithm>

#include "app/commands/probe/probe.hpp"
#include "base/ascii.hpp"

namespace postern::app {

std::string_view print(policy::TlsaState state) {
  switch (state) {
    case policy::TlsaState::not_asked: return "not asked";
    case policy::TlsaState::absent: return "none";
    case policy::TlsaState::insecure: return "not signed";
    case policy::TlsaState::unusable: return "unusable";
    case policy::TlsaState::usable: return "published";
    case policy::TlsaState::failed: return "failed";
  }
  return {};
}

namespace {

using policy::TlsaState;

std::string listed(std::vector<std::string> const& items, std::string_view between = ", ") {
  std::string out;
  for (auto const& item : items) out += (out.empty() ? std::string() : std::string(between)) + item;
  return out;
}

bool reachable(ProbedHost const& host) {
  return std::any_of(host.addresses.begin(), host.addresses.end(),
                     [](auto const& a) { return a.problem.empty(); });
}

bool takes(ProbedAddress const& address, std::string_view version) {
  return std::find(address.versions.begin(), address.versions.end(), version) != address.versions.end();
}

class Findings {
 public:
  void broken(std::string const& what) { all_.push_back({true, printable(what, 600)}); }
  void weak(std::string const& what) { all_.push_back({false, printable(what, 600)}); }

  std::vector<Finding> all() {
    std::stable_partition(all_.begin(), all_.end(), [](auto const& finding) { return finding.wrong; });
    return std::move(all_);
  }

 private:
  std::vector<Finding> all_;
};

std::string print(std::vector<Finding> const& found, bool wrong) {
  std::string out;
  for (auto const& finding : found)
    if (finding.wrong == wrong) out += "  - " + finding.what + "\n";
  return out;
}

void judge_certificate(Findings& out, Probe const& probe, std::string const& where,
                       ProbedAddress const& address) {
  bool const sts = probe.sts.policy && probe.sts.policy->mode == wire::StsMode::enforce;
  auto const say = [&](std::string const& what) {
    sts ? out.broken(what + " The MTA-STS policy says enforce: senders that heed it do not deliver.")
        : out.weak(what);
  };
  switch (address.proof.certificate) {
    case net::ServerCertificate::trusted: return;
    case net::ServerCertificate::expired:
      return out.broken(where + ": the certificate has expired. Renew it, and have the server load it.");
    case net::ServerCertificate::wrong_name:
      return say(
          where +
          ": the certificate is for another name. Get one whose subjectAltName has the MX host's name.");
    case net::ServerCertificate::self_signed:
      return say(where +
                 ": the certificate is self-signed. That encrypts, but proves nothing; with DANE it would, "
                 "or with one from a public authority.");
    case net::ServerCertificate::untrusted:
      return say(where +
                 ": no public authority vouches for the certificate, or the chain is incomplete. Serve the "
                 "intermediate certificates, too.");
    case net::ServerCertificate::none: return say(where + ": the server shows no certificate.");
  }
}

void judge_address(Findings& out, Probe const& probe, ProbedHost const& host, ProbedAddress const& address) {
  std::string const where = host.mail_host.name + " [" + address.endpoint.address.print() + "]";
  if (!address.problem.empty())
    return out.broken(where + ": cannot be reached (" + address.problem +
                      "). Open the port, or take the address out of the DNS.");
  if (!address.greeting_problem.empty())
    out.broken(where + ": takes no mail from here: " + address.greeting_problem);
  if (!address.offers_starttls)
    return out.broken(where +
                      ": does not offer STARTTLS: mail comes in plaintext, and anybody on the way can read "
                      "it. Give the server a certificate and turn TLS on.");
  if (!address.tls)
    return out.broken(
        where + ": the TLS handshake fails (" + address.tls_problem +
        "): careful senders do not deliver, others do in plaintext. Look into the server's TLS log.");
  bool const dane = host.inputs.tlsa_state == TlsaState::usable;
  if (dane && !address.proof.as_asked())
    out.broken(where + ": its certificate does not match the TLSA records (" + address.proof.problem +
               "): senders that heed DANE do not deliver. Publish the record of the certificate in use "
               "(postern dns).");
  else if (!dane)
    judge_certificate(out, probe, where, address);
  if (!takes(address, "TLSv1.3") && !takes(address, "TLSv1.2"))
    out.broken(where +
               ": takes neither TLS 1.2 nor 1.3: many senders cannot shake hands. Update its TLS library.");
  else if (takes(address, "TLSv1") || takes(address, "TLSv1.1"))
    out.weak(where + ": still takes " + std::string(takes(address, "TLSv1") ? "TLS 1.0" : "TLS 1.1") +
             ". For mail that beats the clear; `postern whatif` tells who would be lost without.");
}

void judge_key(Findings& out, ProbedKey const& key) {
  auto const record = key.name.record_name();
  if (key.outcome == KeyInDns::fits || key.name.state == auth::KeyState::retired) return;
  if (key.outcome == KeyInDns::unknown)
    return out.weak(record + ": the key that signs cannot be looked up (" + key.problem + ").");
  std::string const what = key.outcome == KeyInDns::missing ? ": there is no such record"
                                                            : ": the record does not fit the private key";
  if (key.name.state == auth::KeyState::next)
    return out.weak(record + what + ", so that the next key is not yet used. `postern dns` prints it.");
  out.broken(record + what + ": signatures of our mail do not verify. `postern dns` prints it.");
}

void judge_host(Findings& out, Probe const& probe, ProbedHost const& host) {
  auto const& name = host.mail_host.name;
  if (host.addresses.empty())
    return out.broken(name + ": has no address (" + host.problem +
                      "). Publish one, or take the MX record out.");
  if (host.inputs.tlsa_state == TlsaState::failed)
    out.broken(name + ": " + host.inputs.tlsa_problem +
               ": senders that heed DANE put mail off. Mend the zone's signatures.");
  if (host.inputs.tlsa_state == TlsaState::unusable)
    out.weak(
        name +
        ": none of its TLSA records can be used for mail (RFC 7672 wants usage 3 or 2). Publish \"3 1 1\".");
  if (!host.sts_listed) {
    auto const enforced = probe.sts.policy && probe.sts.policy->mode == wire::StsMode::enforce;
    std::string const what = name + ": the MTA-STS policy does not list it";
    enforced
        ? out.broken(
              what +
              ", and says enforce: senders that heed it skip this host. Add an mx line, and change the id.")
        : out.weak(what + ". Add an mx line, and change the id.");
  }
  for (auto const& address : host.addresses) judge_address(out, probe, host, address);
}

std::string line_for(ProbedHost const& host, ProbedAddress const& a) {
  std::string out = "    " + a.endpoint.print() + "  ";
  if (!a.problem.empty()) return out + a.problem + "\n";
  if (!a.offers_starttls) return out + "no STARTTLS\n";
  if (!a.tls) return out + "STARTTLS, but " + a.tls_problem + "\n";
  out += a.tls->version + " " + a.tls->cipher + (a.tls->group.empty() ? "" : " " + a.tls->group);
  out += "; certificate " + std::string(net::print(a.proof.certificate));
  if (host.inputs.tlsa_state == TlsaState::usable)
    out += a.proof.as_asked() ? "; DANE matches" : "; DANE does not match";
  return out + "\n        takes " + listed(a.versions) + "\n";
}

std::string or_unknown(char const* otherwise, std::string const& problem) {
  return problem.empty() ? otherwise : "unknown (" + problem + ")";
}

// What the domain says of TLS in the DNS and over HTTPS.
std::string published_by(Probe const& probe) {
  auto const& sts = probe.sts.policy;
  auto const policy = sts ? std::string(print(sts->mode)) + ", mx " + listed(sts->mx) + ", max_age " +
                                std::to_string(sts->max_age.count())
                          : or_unknown("none", probe.sts.problem);
  auto const reports = probe.tlsrpt.empty() ? or_unknown("none asked for", probe.tlsrpt_problem)
                                            : "to " + listed(probe.tlsrpt);
  return "  MX records " + std::string(probe.secure ? "validated by DNSSEC" : "not signed") +
         "\n  MTA-STS: " + policy + "\n  TLS reports: " + reports + "\n";
}

}  // namespace

bool is_known(Probe const& probe) { return !probe.refusal || probe.refusal->permanent(); }

std::vector<Finding> findings(Probe const& probe) {
  Findings out;
  if (probe.null_mx) return {};
  if (!is_known(probe)) {
    out.broken("Its mail hosts are unknown, the look-up failed: " + printable(probe.refusal->text, 200) +
               ". See whether dns.servers (without it: the resolvers of this system) answer, and pass DNSSEC "
               "records on; dns.trust_anchor_file = \"\" turns validation off.");
    return out.all();
  }
  if (probe.refusal) {
    out.broken(probe.refusal->one_line());
    return out.all();
  }
  for (auto const& host : probe.hosts) judge_host(out, probe, host);
  for (auto const& key : probe.keys) judge_key(out, key);
  if (!std::any_of(probe.hosts.begin(), probe.hosts.end(), reachable))
    out.broken("No mail host can be reached: nobody can send mail to " + probe.domain + " from here.");
  bool const six = std::any_of(probe.hosts.begin(), probe.hosts.end(), [](auto const& host) {
    return std::any_of(host.addresses.begin(), host.addresses.end(),
                       [](auto const& a) { return !a.endpoint.address.is_v4(); });
  });
  if (!six) out.weak("No mail host has an IPv6 address.");
  bool const dane = std::any_of(probe.hosts.begin(), probe.hosts.end(),
                                [](auto const& host) { return host.inputs.tlsa_state == TlsaState::usable; });
  if (probe.sts.failure != delivery::StsFailure::none)
    out.broken("The MTA-STS policy cannot be had (" + std::string(print(probe.sts.failure)) + ": " +
               probe.sts.problem +
               "): senders fall back to what an attacker can strip. Serve https://mta-sts." + probe.domain +
               "/.well-known/mta-sts.txt.");
  else if (!probe.sts.policy && !dane && probe.sts.problem.empty())
    out.weak(
        "Neither DANE nor MTA-STS is published: whoever sits on the way can take STARTTLS out of the "
        "greeting "
        "unseen. `postern dns` prints the records.");
  else if (probe.sts.policy && probe.sts.policy->mode == wire::StsMode::testing)
    out.weak("The MTA-STS policy is still in testing: it protects nobody yet.");
  if (probe.tlsrpt.empty() && probe.tlsrpt_problem.empty())
    out.weak("No TLS reports are asked for (RFC 8460): nobody tells you when TLS fails. Publish _smtp._tls." +
             probe.domain + " TXT \"v=TLSRPTv1; rua=mailto:...\".");
  return out.all();
}

std::string print_text(Probe const& probe) {
  std::string out = probe.domain + "\n";
  if (probe.null_mx) return out + "  takes no mail, and says so (null MX, RFC 7505)\n";
  for (auto const& host : probe.hosts) {
    out += "  " + host.mail_host.name + "  preference " + std::to_string(host.mail_host.preference) +
           ", TLSA records: " + std::string(print(host.inputs.tlsa_state)) + "; by policy: " + host.plan +
           "\n";
    if (host.addresses.empty()) out += "    " + host.problem + "\n";
    for (auto const& address : host.addresses) out += line_for(host, address);
  }
  if (!probe.refusal) out += published_by(probe);
  for (auto const& key : probe.keys)
    out += "  DKIM key " + key.name.selector + " (" + std::string(print(key.name.state)) +
           "): " + std::string(print(key.outcome)) + "\n";
  if (!is_known(probe)) out += "  unknown\n";
  auto const found = findings(probe);
  auto const wrong = print(found, true);
  auto const weak = print(found, false);
  out += wrong.empty() ? "\nNothing is wrong.\n" : "\nWhat is wrong, and how to fix it:\n" + wrong;
  if (!weak.empty()) out += "\nWhat could be better:\n" + weak;
  return out;
}

}  // namespace postern::app
