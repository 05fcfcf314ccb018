// One evaluation runs from the beginning each time more of the DNS is known: it counts anew, and comes a step
// further. A step that lacks an answer returns nothing, and so do all that wait for it.
#include "auth/spf_evaluation.hpp"

#include <algorithm>

#include "auth/dns_name.hpp"
#include "auth/spf_lookups.hpp"
#include "auth/spf_macro.hpp"
#include "auth/spf_mechanisms.hpp"
#include "auth/spf_record.hpp"
#include "base/ascii.hpp"

namespace postern::auth {
namespace {

constexpr std::size_t longest_explanation = 400;

SpfAnswer spf_error(SpfStep const& step) {
  return {.result = step.is == SpfStep::Is::temperror ? SpfResult::temperror : SpfResult::permerror,
          .problem = step.problem};
}

SpfResult result_of(SpfQualifier qualifier) {
  switch (qualifier) {
    case SpfQualifier::pass: return SpfResult::pass;
    case SpfQualifier::fail: return SpfResult::fail;
    case SpfQualifier::softfail: return SpfResult::softfail;
    case SpfQualifier::neutral: break;
  }
  return SpfResult::neutral;
}

// The sender, or the HELO name for the null sender; without a local part it is "postmaster" (section 4.3).
// The domain is lowered, in A-labels.
std::string spf_sender(SpfQuestion const& question) {
  auto const& text = question.sender.empty() ? question.helo : question.sender;
  auto const at = text.rfind('@');
  bool const has_local_part = !question.sender.empty() && at != std::string::npos && at > 0;
  auto const domain =
      at == std::string::npos ? std::string_view(text) : std::string_view(text).substr(at + 1);
  return (has_local_part ? text.substr(0, at) : std::string("postmaster")) + "@" + comparable_domain(domain);
}

class SpfEvaluation {
 public:
  SpfEvaluation(SpfQuestion const& question, DnsView& dns)
      : question_(question), lookups_(question.client, dns), sender_(spf_sender(question)) {}

  std::optional<SpfAnswer> run() {
    auto const domain = sender_.substr(sender_.rfind('@') + 1);
    if (!is_spf_domain(domain) || domain.front() == '[') return SpfAnswer{.domain = domain};
    auto answer = check_host(domain, Nested::no);
    if (answer) answer->domain = domain;
    return answer;
  }

 private:
  enum class Nested : bool { no, yes };  // an include's explanation is not used (section 6.2)

  // ---- names

  SpfMacroValues values(std::string_view domain) const {
    return {.sender = sender_,
            .domain = domain,
            .helo = question_.helo,
            .validated_name = validated_name_,
            .receiver = question_.receiver,
            .client = question_.client,
            .now = question_.now};
  }

  // False: the DNS is wanted first.
  bool find_validated_name(std::string const& domain) {
    auto name = lookups_.validated_name_for(domain);
    if (name) validated_name_ = *std::move(name);
    return name.has_value();
  }

  // The name that a domain-spec stands for. `ready` false: the DNS is wanted first.
  struct Name {
    bool ready = false;
    std::optional<std::string> name = {};  // absent: it cannot be expanded
  };
  Name name_of(std::string const& spec, std::string const& domain) {
    if (spec.empty()) return {.ready = true, .name = domain};
    if (asks_validated_name(spec) && !find_validated_name(domain)) return {};
    return {.ready = true, .name = expand_domain_spec(spec, values(domain))};
  }

  // ---- terms; absent: the DNS is wanted first

  std::optional<SpfStep> match_included(std::string const& name) {
    auto const answer = check_host(name, Nested::yes);
    if (!answer) return std::nullopt;
    switch (answer->result) {  // section 5.2
      case SpfResult::pass: return spf_matched(true);
      case SpfResult::fail:
      case SpfResult::softfail:
      case SpfResult::neutral: return spf_matched(false);
      case SpfResult::temperror: return spf_not_now(answer->problem);
      case SpfResult::permerror: return spf_broken(answer->problem);
      case SpfResult::none: break;
    }
    return spf_broken("the included domain " + name + " has no SPF record");
  }

  std::optional<SpfStep> match_by_dns(SpfDirective const& directive, std::string const& domain) {
    lookups_.count_term();
    if (auto const over = lookups_.exceeded()) return over;
    auto const name = name_of(directive.domain_spec, domain);
    if (!name.ready) return std::nullopt;
    if (!name.name) return spf_broken("a name that cannot be made of its macros");
    // RFC 8616 section 4: local parts that are not US-ASCII make names that match nothing.
    if (!is_ascii(*name.name)) return spf_matched(false);
    switch (directive.mechanism) {
      case SpfMechanism::include: return match_included(*name.name);
      case SpfMechanism::a: return match_addresses(*name.name, directive, lookups_);
      case SpfMechanism::mx: return match_mail_hosts(*name.name, directive, lookups_);
      case SpfMechanism::ptr: return match_pointers(*name.name, lookups_);
      case SpfMechanism::exists: return match_existence(*name.name, lookups_);
      case SpfMechanism::all:
      case SpfMechanism::ip4:
      case SpfMechanism::ip6: break;
    }
    return spf_matched(false);
  }

  std::optional<SpfStep> match(SpfDirective const& directive, std::string const& domain) {
    if (directive.mechanism == SpfMechanism::all) return spf_matched(true);
    if (directive.mechanism == SpfMechanism::ip4 || directive.mechanism == SpfMechanism::ip6)
      return spf_matched(directive.network && directive.network->is_v4() == question_.client.is_v4() &&
                         directive.network->contains(question_.client));
    auto step = match_by_dns(directive, domain);
    if (step && step->is == SpfStep::Is::no_match)
      if (auto const over = lookups_.exceeded()) return over;
    return step;
  }

  // ---- records

  // The record of a domain (sections 4.4, 4.5). Absent: the DNS is wanted first.
  struct Found {
    std::optional<SpfAnswer> ends;  // there is no record to evaluate
    SpfRecord record = {};
  };
  std::optional<Found> record_of(std::string const& domain) {
    auto const* reply = lookups_.find(domain, wire::DnsType::txt);
    if (reply == nullptr) return std::nullopt;
    if (reply->status == DnsReply::Status::failed)
      return Found{.ends = spf_error(spf_not_now("the records of " + domain + " are not known"))};
    std::vector<std::string> records = wire::parse_txts(reply->records);
    std::erase_if(records, [](std::string const& text) { return !is_spf_record(text); });
    if (records.empty()) return Found{.ends = SpfAnswer{}};
    if (records.size() > 1)
      return Found{.ends = spf_error(spf_broken(domain + " has more than one SPF record"))};
    auto record = parse_spf_record(records.front());
    if (!record)
      return Found{.ends = spf_error(spf_broken("the SPF record of " + domain + " has a syntax error"))};
    return Found{.ends = std::nullopt, .record = *std::move(record)};
  }

  std::optional<SpfAnswer> check_host(std::string const& domain, Nested nested) {
    auto const found = record_of(domain);
    if (!found) return std::nullopt;
    if (found->ends) return found->ends;
    for (auto const& directive : found->record.directives) {
      auto const step = match(directive, domain);
      if (!step) return std::nullopt;
      if (step->is == SpfStep::Is::no_match) continue;
      if (step->is != SpfStep::Is::match) return spf_error(*step);
      return decided(directive.qualifier, found->record, domain, nested);
    }
    if (!found->record.redirect.empty() && !found->record.has_all())
      return redirected(found->record.redirect, domain, nested);
    return SpfAnswer{.result = SpfResult::neutral};  // section 4.7
  }

  std::optional<SpfAnswer> redirected(std::string const& spec, std::string const& domain, Nested nested) {
    lookups_.count_term();
    if (auto const over = lookups_.exceeded()) return spf_error(*over);
    auto const name = name_of(spec, domain);
    if (!name.ready) return std::nullopt;
    if (!name.name) return spf_error(spf_broken("a name that cannot be made of its macros"));
    auto answer = check_host(*name.name, nested);
    if (answer && answer->result == SpfResult::none)  // section 6.1
      return spf_error(spf_broken("redirected to " + *name.name + ", which has no SPF record"));
    return answer;
  }

  std::optional<SpfAnswer> decided(SpfQualifier qualifier, SpfRecord const& record, std::string const& domain,
                                   Nested nested) {
    SpfAnswer answer{.result = result_of(qualifier)};
    if (answer.result != SpfResult::fail || record.explanation.empty() || nested == Nested::yes)
      return answer;
    auto text = explanation(record.explanation, domain);
    if (!text) return std::nullopt;
    answer.explanation = *std::move(text);
    return answer;
  }

  // Section 6.2: empty when there is none, or none that can be used. Absent: the DNS is wanted first.
  std::optional<std::string> explanation(std::string const& spec, std::string const& domain) {
    auto const name = name_of(spec, domain);
    if (!name.ready) return std::nullopt;
    if (!name.name) return std::string();
    auto const* reply = lookups_.find(*name.name, wire::DnsType::txt);
    if (reply == nullptr) return std::nullopt;
    auto const texts = wire::parse_txts(reply->records);
    if (texts.size() != 1 || !is_ascii(texts.front())) return std::string();
    if (asks_validated_name(texts.front()) && !find_validated_name(domain)) return std::nullopt;
    auto explained = values(domain);
    explained.explains = true;
    auto const text = expand_macros(texts.front(), explained);
    return text ? printable(*text, longest_explanation) : std::string();
  }

  SpfQuestion const& question_;
  SpfLookups lookups_;
  std::string sender_;
  std::string validated_name_;
};

}  // namespace

std::optional<SpfAnswer> evaluate_spf(SpfQuestion const& question, DnsView& dns) {
  return SpfEvaluation(question, dns).run();
}

}  // namespace postern::auth
