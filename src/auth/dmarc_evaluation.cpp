#include "auth/dmarc_evaluation.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "base/registrable_domain.hpp"

namespace postern::auth {
namespace {

constexpr std::size_t most_steps = 8;   // of a walk up the tree
constexpr std::size_t most_labels = 8;  // with more, the walk begins at seven after its first step

enum class Look : std::uint8_t { unknown, found, nothing, failed };

struct Lookup {
  Look look = Look::unknown;
  std::optional<DmarcRecord> record = {};
};

Lookup look_for_record(std::string const& domain, DnsView& dns) {
  auto const* reply = dns.find("_dmarc." + domain, wire::DnsType::txt);
  if (reply == nullptr) return {};
  if (reply->status == DnsReply::Status::failed) return {.look = Look::failed};
  auto record = parse_dmarc_record(wire::parse_txts(reply->records));
  return record ? Lookup{.look = Look::found, .record = std::move(record)} : Lookup{.look = Look::nothing};
}

std::size_t label_count(std::string_view name) {
  return static_cast<std::size_t>(std::count(name.begin(), name.end(), '.')) + 1;
}

std::string_view parent_of(std::string_view name) {
  auto const dot = name.find('.');
  return dot == std::string_view::npos ? std::string_view() : name.substr(dot + 1);
}

// The names that are asked for a record, from `domain` up.
std::vector<std::string> walk_from(std::string_view domain) {
  std::vector<std::string> out;
  for (auto name = domain; !name.empty() && out.size() < most_steps;) {
    out.emplace_back(name);
    name = parent_of(name);
    while (out.size() == 1 && label_count(name) >= most_labels) name = parent_of(name);
  }
  return out;
}

// The domain that `domain` belongs to. Absent: the DNS is wanted first.
std::optional<std::string> organizational_domain(std::string const& domain, DmarcDiscovery discovery,
                                                 DnsView& dns) {
  if (discovery == DmarcDiscovery::public_suffix_list) {
    auto registrable = registrable_domain(domain);
    return registrable.empty() ? domain : registrable;
  }
  std::string below, highest;
  bool known = true;
  for (auto const& name : walk_from(domain)) {
    auto const lookup = look_for_record(name, dns);
    if (lookup.look == Look::unknown) {
      known = false;
    } else if (lookup.look == Look::found && known) {
      if (lookup.record->public_suffix == PublicSuffix::no) return name;
      if (lookup.record->public_suffix == PublicSuffix::yes) return below.empty() ? name : below;
      highest = name;
    }
    below = name;
  }
  if (!known) return std::nullopt;
  return highest.empty() ? domain : highest;
}

class DmarcEvaluation {
 public:
  DmarcEvaluation(DmarcQuestion const& question, DnsView& dns) : question_(question), dns_(dns) {}

  std::optional<DmarcAnswer> run() {
    if (question_.author_domains.size() != 1) {
      answer_.result = question_.author_domains.empty() ? DmarcResult::none : DmarcResult::permerror;
      answer_.problem =
          question_.author_domains.empty() ? "no author with a domain" : "authors of several domains";
      return answer_;
    }
    answer_.author_domain = lowered(question_.author_domains.front());
    auto const organization = organizational_domain(answer_.author_domain, question_.discovery, dns_);
    if (!organization || !find_record(*organization)) return std::nullopt;
    if (answer_.record_domain.empty()) return answer_;
    if (!choose_policy() || !align(*organization)) return std::nullopt;
    if (answer_.spf_aligned || answer_.dkim_aligned)
      answer_.result = DmarcResult::pass;
    else
      answer_.result = may_change() ? DmarcResult::temperror : DmarcResult::fail;
    return answer_;
  }

 private:
  // At the author's domain, else at the organization's. False: the DNS is wanted first.
  bool find_record(std::string const& organization) {
    std::vector<std::string> places{answer_.author_domain};
    if (question_.discovery == DmarcDiscovery::tree_walk)
      places = walk_from(answer_.author_domain);
    else if (organization != answer_.author_domain)
      places.push_back(organization);
    for (auto const& place : places) {
      auto lookup = look_for_record(place, dns_);
      switch (lookup.look) {
        case Look::unknown: return false;
        case Look::nothing: break;
        case Look::failed:
          answer_.result = DmarcResult::temperror;
          answer_.problem = "the DNS gives no answer about the policy of " + place;
          return true;
        case Look::found:
          answer_.record = *std::move(lookup.record);
          answer_.record_domain = place;
          return true;
      }
    }
    return true;
  }

  // False: the DNS is wanted first, which tells whether the author's domain exists.
  bool choose_policy() {
    auto const& record = answer_.record;
    answer_.policy = record.policy;
    if (answer_.record_domain == answer_.author_domain) return true;
    answer_.policy = record.subdomain_policy.value_or(record.policy);
    if (!record.no_such_name_policy) return true;
    auto const* reply = dns_.find(answer_.author_domain, wire::DnsType::a);
    if (reply == nullptr) return false;
    if (reply->status == DnsReply::Status::no_such_name) answer_.policy = *record.no_such_name_policy;
    return true;
  }

  // Absent: the DNS is wanted first.
  std::optional<bool> is_aligned(std::string const& domain, Alignment alignment,
                                 std::string const& organization) {
    auto const name = lowered(domain);
    if (name == answer_.author_domain) return true;
    if (alignment == Alignment::strict || name.empty()) return false;
    auto const other = organizational_domain(name, question_.discovery, dns_);
    if (!other) return std::nullopt;
    return *other == organization;
  }

  bool align(std::string const& organization) {
    bool known = true;
    if (question_.spf == SpfResult::pass) {
      auto const aligned = is_aligned(question_.spf_domain, answer_.record.spf_alignment, organization);
      known = aligned.has_value();
      answer_.spf_aligned = aligned.value_or(false);
    }
    for (auto const& signature : question_.dkim) {
      if (signature.result != DkimResult::pass) continue;
      auto const aligned = is_aligned(signature.domain, answer_.record.dkim_alignment, organization);
      known = known && aligned.has_value();
      answer_.dkim_aligned = answer_.dkim_aligned || aligned.value_or(false);
    }
    return known;
  }

  // Whether a check that would be aligned has failed for a passing reason (RFC 7489 section 6.6.2).
  bool may_change() const {
    bool const spf = question_.spf == SpfResult::temperror;
    return spf || std::any_of(question_.dkim.begin(), question_.dkim.end(), [](DkimAnswer const& signature) {
             return signature.result == DkimResult::temperror;
           });
  }

  DmarcQuestion const& question_;
  DnsView& dns_;
  DmarcAnswer answer_;
};

DmarcPolicy milder(DmarcPolicy policy) {
  return policy == DmarcPolicy::reject ? DmarcPolicy::quarantine : DmarcPolicy::none;
}

}  // namespace

std::optional<DmarcAnswer> evaluate_dmarc(DmarcQuestion const& question, DnsView& dns) {
  return DmarcEvaluation(question, dns).run();
}

DmarcPolicy policy_to_apply(DmarcAnswer const& answer, int draw) {
  if (answer.result != DmarcResult::fail) return DmarcPolicy::none;
  bool const spared = answer.record.testing || draw >= answer.record.percent;
  return spared ? milder(answer.policy) : answer.policy;
}

}  // namespace postern::auth
