#include "auth/dmarc_evaluation.hpp"

#include <algorithm>

#include "auth/author_domains.hpp"
#include "auth/dns_name.hpp"

namespace postern::auth {
namespace {

// For one of the authors' domains.
class DmarcEvaluation {
 public:
  DmarcEvaluation(std::string author_domain, DmarcQuestion const& question, DnsView& dns)
      : question_(question), dns_(dns) {
    answer_.author_domain = std::move(author_domain);
  }

  std::optional<DmarcAnswer> run() {
    auto const organization = find_organization(answer_.author_domain, question_.discovery, dns_);
    if (!organization || !find_record(*organization)) return std::nullopt;
    if (answer_.result == DmarcResult::temperror || answer_.record_domain.empty()) return answer_;
    if (!choose_policy() || !align(organization->domain)) return std::nullopt;
    if (answer_.spf_aligned || answer_.dkim_aligned)
      answer_.result = DmarcResult::pass;
    else
      answer_.result = may_change_ ? DmarcResult::temperror : DmarcResult::fail;
    return answer_;
  }

 private:
  enum class Aligned : std::uint8_t { unknown, no, perhaps, yes };  // perhaps: the DNS does not answer

  // At the author's domain, else at the organization's, else at the public suffix above it. False: the DNS is
  // wanted first.
  bool find_record(Organization const& organization) {
    std::vector<std::string> places{answer_.author_domain};
    if (organization.domain != answer_.author_domain) places.push_back(organization.domain);
    if (!organization.public_suffix.empty()) places.push_back(organization.public_suffix);
    for (auto const& place : places) {
      auto lookup = look_up_dmarc(place, dns_);
      if (!lookup) return false;
      switch (lookup->found) {
        case DmarcLookup::Found::nothing: break;
        case DmarcLookup::Found::no_answer: return found_no_answer(place);
        case DmarcLookup::Found::record:
          answer_.record = std::move(lookup->record);
          answer_.record_domain = place;
          return true;
      }
    }
    return organization.is_sure || found_no_answer(answer_.author_domain);
  }
  bool found_no_answer(std::string const& place) {
    answer_.result = DmarcResult::temperror;
    answer_.problem = "the DNS gives no answer about the policy of " + place;
    return true;
  }

  // False: the DNS is wanted first, which tells whether the author's domain exists.
  bool choose_policy() {
    auto const& record = answer_.record;
    answer_.policy = record.policy;
    if (answer_.record_domain == answer_.author_domain) return true;
    answer_.policy = record.subdomain_policy.value_or(record.policy);
    if (!record.no_such_name_policy) return true;
    auto const exists = author_domain_exists();
    if (!exists) return false;
    if (!*exists) answer_.policy = *record.no_such_name_policy;
    return true;
  }

  // RFC 9091 section 2.7: a name without addresses and mail hosts does not exist, in this sense. One about
  // which the DNS does not answer counts as one that does.
  std::optional<bool> author_domain_exists() {
    bool known = true, exists = false;
    if (!is_askable(answer_.author_domain)) return false;
    for (auto const type : {wire::DnsType::a, wire::DnsType::aaaa, wire::DnsType::mx}) {
      auto const* reply = dns_.find(answer_.author_domain, type);
      known = known && reply != nullptr;
      exists = exists || (reply != nullptr && (reply->status == DnsReply::Status::found ||
                                               reply->status == DnsReply::Status::failed));
    }
    if (!known) return std::nullopt;
    return exists;
  }

  Aligned alignment_of(std::string const& domain, Alignment asked, std::string const& organization) {
    auto const name = comparable_domain(domain);
    if (name.empty()) return Aligned::no;
    if (name == answer_.author_domain) return Aligned::yes;
    if (asked == Alignment::strict) return Aligned::no;
    auto const other = find_organization(name, question_.discovery, dns_);
    if (!other) return Aligned::unknown;
    if (!other->is_sure) return Aligned::perhaps;
    return other->domain == organization ? Aligned::yes : Aligned::no;
  }

  // False: the DNS is wanted first. A check that has failed for a passing reason counts when its domain would
  // be aligned (section 6.6.2), and only then: anybody can have a domain whose DNS does not answer.
  bool align(std::string const& organization) {
    bool known = true;
    auto const take = [&](bool passed, std::string const& domain, Alignment asked, bool& aligned) {
      switch (alignment_of(domain, asked, organization)) {
        case Aligned::unknown: known = false; break;
        case Aligned::no: break;
        case Aligned::perhaps: may_change_ = true; break;
        case Aligned::yes: (passed ? aligned : may_change_) = true; break;
      }
    };
    if (question_.spf == SpfResult::pass || question_.spf == SpfResult::temperror)
      take(question_.spf == SpfResult::pass, question_.spf_domain, answer_.record.spf_alignment,
           answer_.spf_aligned);
    for (auto const& signature : question_.dkim)
      if (signature.result == DkimResult::pass || signature.result == DkimResult::temperror)
        take(signature.result == DkimResult::pass, signature.domain, answer_.record.dkim_alignment,
             answer_.dkim_aligned);
    return known;
  }

  DmarcQuestion const& question_;
  DnsView& dns_;
  DmarcAnswer answer_;
  bool may_change_ = false;
};

DmarcPolicy milder(DmarcPolicy policy) {
  return policy == DmarcPolicy::reject ? DmarcPolicy::quarantine : DmarcPolicy::none;
}

// Of several authors' answers the greatest one counts: a fail, by its policy; what may become one; one that
// nobody vouches for; and a pass only when all pass.
int weight(DmarcAnswer const& answer) {
  switch (answer.result) {
    case DmarcResult::fail: return 10 + static_cast<int>(answer.policy);
    case DmarcResult::temperror: return 3;
    case DmarcResult::permerror: return 2;
    case DmarcResult::none: return 1;
    case DmarcResult::pass: break;
  }
  return 0;
}

}  // namespace

std::optional<DmarcAnswer> evaluate_dmarc(DmarcQuestion const& question, DnsView& dns) {
  std::vector<std::string> domains;
  bool is_unreadable = question.author_domains.empty();
  for (auto const& domain : question.author_domains) {
    auto name = comparable_domain(domain);
    if (domains.size() > most_authors) break;
    if (!is_askable(name)) {
      is_unreadable = true;
      continue;
    }
    if (std::find(domains.begin(), domains.end(), name) == domains.end()) domains.push_back(std::move(name));
  }
  std::optional<DmarcAnswer> strictest;
  if (is_unreadable)  // RFC 7489 section 6.6.1: no policy can be found for who is not named
    strictest = DmarcAnswer{.result = DmarcResult::permerror, .problem = "an author without a domain"};
  if (domains.empty()) return strictest;
  if (domains.size() > most_authors) {
    strictest = DmarcAnswer{.result = DmarcResult::permerror, .problem = "authors of more than 10 domains"};
    domains.resize(most_authors);
  }
  bool known = true;
  for (auto const& domain : domains) {
    auto answer = DmarcEvaluation(domain, question, dns).run();
    if (!answer)
      known = false;
    else if (!strictest || weight(*answer) > weight(*strictest))
      strictest = *std::move(answer);
  }
  return known ? strictest : std::nullopt;
}

DmarcPolicy policy_to_apply(DmarcAnswer const& answer, int draw) {
  if (answer.result != DmarcResult::fail) return DmarcPolicy::none;
  bool const spared = answer.record.testing || draw >= answer.record.percent;
  return spared ? milder(answer.policy) : answer.policy;
}

}  // namespace postern::auth
