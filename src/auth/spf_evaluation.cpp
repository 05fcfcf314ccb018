// One evaluation runs from the beginning each time more of the DNS is known: it counts anew, and comes a step
// further. A step that lacks an answer returns nothing, and so do all that wait for it.
#include "auth/spf_evaluation.hpp"

#include <algorithm>

#include "auth/spf_macro.hpp"
#include "auth/spf_record.hpp"
#include "base/ascii.hpp"

namespace postern::auth {
namespace {

constexpr int most_terms = 10;
constexpr int most_void_lookups = 2;
constexpr std::size_t most_names = 10;  // of an "mx", a "ptr" or a "%{p}"
constexpr std::size_t longest_explanation = 400;

// What one mechanism, or one record, has come to. An error ends everything.
struct Step {
  enum class Is : std::uint8_t { match, no_match, temperror, permerror } is = Is::no_match;
  std::string problem = {};
};
Step matched(bool does) { return {.is = does ? Step::Is::match : Step::Is::no_match}; }
Step broken(std::string problem) { return {.is = Step::Is::permerror, .problem = std::move(problem)}; }
Step not_now(std::string problem) { return {.is = Step::Is::temperror, .problem = std::move(problem)}; }

SpfAnswer error(Step const& step) {
  return {.result = step.is == Step::Is::temperror ? SpfResult::temperror : SpfResult::permerror,
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

// Section 4.3: labels of 1 to 63 octets, at least two of them; no more than 253 octets.
bool is_domain(std::string_view name) {
  if (name.empty() || name.size() > 253) return false;
  std::size_t labels = 0;
  for (;;) {
    auto const dot = name.find('.');
    auto const length = std::min(dot, name.size());
    if (length == 0 || length > 63) return false;
    ++labels;
    if (dot == std::string_view::npos) break;
    name.remove_prefix(dot + 1);
  }
  return labels >= 2;
}

bool is_within(IpAddress const& address, IpAddress const& client, SpfDirective const& directive) {
  if (address.is_v4() != client.is_v4()) return false;
  auto const length = client.is_v4() ? directive.v4_prefix : directive.v6_prefix;
  auto const network = Network::parse(address.print() + "/" + std::to_string(length));
  return network && network->contains(client);
}

class Evaluation {
 public:
  Evaluation(SpfQuestion const& question, DnsView& dns) : question_(question), dns_(dns) {
    // Section 4.3: a sender without a local part counts as "postmaster".
    auto const at = question.sender.rfind('@');
    if (question.sender.empty())
      sender_ = "postmaster@" + question.helo;
    else if (at == std::string::npos || at == 0)
      sender_ = "postmaster@" + question.sender.substr(at == 0 ? 1 : 0);
    else
      sender_ = question.sender;
  }

  std::optional<SpfAnswer> run() {
    auto domain = lowered(std::string_view(sender_).substr(sender_.rfind('@') + 1));
    if (domain.ends_with('.')) domain.pop_back();
    if (!is_domain(domain)) return SpfAnswer{.domain = domain};
    auto answer = check_host(domain, Nested::no);
    if (answer) answer->domain = domain;
    return answer;
  }

 private:
  enum class Nested : bool { no, yes };  // an include's explanation is not used (section 6.2)

  // ---- the DNS

  // A look-up of a term: those that find nothing are counted (section 4.6.4). Absent: not known yet.
  DnsReply const* look_up(std::string const& name, wire::DnsType type) {
    static DnsReply const nothing{.status = DnsReply::Status::no_such_name};
    if (!is_domain(name)) return &nothing;  // it cannot be asked about: as if it did not exist (section 4.3)
    auto const* reply = dns_.find(name, type);
    if (reply != nullptr && is_void(*reply)) ++void_lookups_;
    return reply;
  }
  static bool is_void(DnsReply const& reply) {
    return reply.status == DnsReply::Status::no_data || reply.status == DnsReply::Status::no_such_name;
  }
  std::optional<Step> limits() const {
    if (terms_ > most_terms) return broken("more than 10 terms ask the DNS");
    if (void_lookups_ > most_void_lookups) return broken("more than 2 look-ups have found nothing");
    return std::nullopt;
  }

  wire::DnsType address_type() const {
    return question_.client.is_v4() ? wire::DnsType::a : wire::DnsType::aaaa;
  }

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

  // The names of the client's address that lead back to it (section 5.5), best first. Absent: not known yet.
  std::optional<std::vector<std::string>> validated_names(bool& failed) {
    auto const* pointers = look_up(question_.client.print_arpa(), wire::DnsType::ptr);
    if (pointers == nullptr) return std::nullopt;
    failed = pointers->status == DnsReply::Status::failed;
    std::vector<std::string> names;
    bool known = true;
    for (auto const& data : pointers->records) {
      if (names.size() >= most_names) break;
      if (auto name = wire::parse_dns_name(data)) names.push_back(*std::move(name));
    }
    std::vector<std::string> validated;
    for (auto const& name : names) {
      if (!is_domain(name)) continue;
      auto const* addresses = dns_.find(name, address_type());  // one that fails is passed over (section 5.5)
      if (addresses == nullptr)
        known = false;
      else if (leads_to_client(*addresses))
        validated.push_back(name);
    }
    if (!known) return std::nullopt;
    return validated;
  }
  bool leads_to_client(DnsReply const& addresses) const {
    return std::any_of(addresses.records.begin(), addresses.records.end(), [&](std::string const& data) {
      return wire::parse_address(address_type(), data) == question_.client;
    });
  }

  // For "%{p}" (section 7.3): a name below the domain first, else any.
  bool find_validated_name(std::string const& domain) {
    bool failed = false;
    auto const names = validated_names(failed);
    if (!names) return false;
    validated_name_.clear();
    for (auto const& name : *names)
      if (is_below(name, domain)) {
        validated_name_ = name;
        return true;
      }
    if (!names->empty()) validated_name_ = names->front();
    return true;
  }
  static bool is_below(std::string_view name, std::string_view domain) {
    return name == domain || (name.size() > domain.size() && name.ends_with(domain) &&
                              name[name.size() - domain.size() - 1] == '.');
  }

  // ---- mechanisms; absent: the DNS is wanted first

  std::optional<Step> ask_addresses(std::string const& name, SpfDirective const& directive) {
    auto const* reply = look_up(name, address_type());
    if (reply == nullptr) return std::nullopt;
    if (reply->status == DnsReply::Status::failed)
      return not_now("the addresses of " + name + " are not known");
    return matched(any_within(*reply, directive));
  }
  bool any_within(DnsReply const& reply, SpfDirective const& directive) const {
    return std::any_of(reply.records.begin(), reply.records.end(), [&](std::string const& data) {
      auto const address = wire::parse_address(address_type(), data);
      return address && is_within(*address, question_.client, directive);
    });
  }

  std::optional<Step> ask_mail_hosts(std::string const& name, SpfDirective const& directive) {
    auto const* reply = look_up(name, wire::DnsType::mx);
    if (reply == nullptr) return std::nullopt;
    if (reply->status == DnsReply::Status::failed)
      return not_now("the mail hosts of " + name + " are not known");
    if (reply->records.size() > most_names) return broken(name + " has more than 10 mail hosts");
    std::vector<wire::MxRecord> hosts;
    for (auto const& data : reply->records)
      if (auto host = wire::parse_mx(data)) hosts.push_back(*std::move(host));
    std::sort(hosts.begin(), hosts.end(), [](auto const& a, auto const& b) {
      return a.preference != b.preference ? a.preference < b.preference : a.host < b.host;
    });
    bool known = true;
    for (auto const& host : hosts) {
      auto const step = ask_addresses(host.host, directive);
      if (!step)
        known = false;  // all of them are asked about at once
      else if (known && step->is != Step::Is::no_match)
        return step;
    }
    return known ? std::optional(matched(false)) : std::nullopt;
  }

  std::optional<Step> ask_pointers(std::string const& name) {
    bool failed = false;
    auto const names = validated_names(failed);
    if (!names) return std::nullopt;
    return matched(std::any_of(names->begin(), names->end(),
                               [&](std::string const& validated) { return is_below(validated, name); }));
  }

  std::optional<Step> ask_existence(std::string const& name) {
    auto const* reply = look_up(name, wire::DnsType::a);
    if (reply == nullptr) return std::nullopt;
    if (reply->status == DnsReply::Status::failed) return not_now("whether " + name + " exists is not known");
    return matched(reply->status == DnsReply::Status::found && !reply->records.empty());
  }

  std::optional<Step> ask_included(std::string const& name) {
    auto const answer = check_host(name, Nested::yes);
    if (!answer) return std::nullopt;
    switch (answer->result) {  // section 5.2
      case SpfResult::pass: return matched(true);
      case SpfResult::fail:
      case SpfResult::softfail:
      case SpfResult::neutral: return matched(false);
      case SpfResult::temperror: return not_now(answer->problem);
      case SpfResult::permerror: return broken(answer->problem);
      case SpfResult::none: break;
    }
    return broken("the included domain " + name + " has no SPF record");
  }

  std::optional<Step> ask_dns(SpfDirective const& directive, std::string const& domain) {
    ++terms_;
    if (auto const over = limits()) return over;
    auto const name = name_of(directive.domain_spec, domain);
    if (!name.ready) return std::nullopt;
    if (!name.name) return broken("a macro that may not stand there");
    switch (directive.mechanism) {
      case SpfMechanism::include: return ask_included(*name.name);
      case SpfMechanism::a: return ask_addresses(*name.name, directive);
      case SpfMechanism::mx: return ask_mail_hosts(*name.name, directive);
      case SpfMechanism::ptr: return ask_pointers(*name.name);
      case SpfMechanism::exists: return ask_existence(*name.name);
      case SpfMechanism::all:
      case SpfMechanism::ip4:
      case SpfMechanism::ip6: break;
    }
    return matched(false);
  }

  std::optional<Step> ask(SpfDirective const& directive, std::string const& domain) {
    if (directive.mechanism == SpfMechanism::all) return matched(true);
    if (directive.mechanism == SpfMechanism::ip4 || directive.mechanism == SpfMechanism::ip6)
      return matched(directive.network && directive.network->is_v4() == question_.client.is_v4() &&
                     directive.network->contains(question_.client));
    auto step = ask_dns(directive, domain);
    if (step && (step->is == Step::Is::match || step->is == Step::Is::no_match))
      if (auto const over = limits()) return over;
    return step;
  }

  // ---- records

  // The record of a domain (sections 4.4, 4.5). Absent: the DNS is wanted first.
  struct Found {
    std::optional<SpfAnswer> ends;  // there is no record to evaluate
    SpfRecord record = {};
  };
  std::optional<Found> record_of(std::string const& domain) {
    if (!is_domain(domain)) return Found{.ends = SpfAnswer{}};
    auto const* reply = dns_.find(domain, wire::DnsType::txt);
    if (reply == nullptr) return std::nullopt;
    if (reply->status == DnsReply::Status::failed)
      return Found{.ends = error(not_now("the records of " + domain + " are not known"))};
    std::vector<std::string> records = wire::parse_txts(reply->records);
    std::erase_if(records, [](std::string const& text) { return !is_spf_record(text); });
    if (records.empty()) return Found{.ends = SpfAnswer{}};
    if (records.size() > 1) return Found{.ends = error(broken(domain + " has more than one SPF record"))};
    auto record = parse_spf_record(records.front());
    if (!record) return Found{.ends = error(broken("the SPF record of " + domain + " has a syntax error"))};
    return Found{.ends = std::nullopt, .record = *std::move(record)};
  }

  std::optional<SpfAnswer> check_host(std::string const& domain, Nested nested) {
    auto const found = record_of(domain);
    if (!found) return std::nullopt;
    if (found->ends) return found->ends;
    for (auto const& directive : found->record.directives) {
      auto const step = ask(directive, domain);
      if (!step) return std::nullopt;
      if (step->is == Step::Is::no_match) continue;
      if (step->is != Step::Is::match) return error(*step);
      return decided(directive.qualifier, found->record, domain, nested);
    }
    if (!found->record.redirect.empty() && !found->record.has_all())
      return redirected(found->record.redirect, domain, nested);
    return SpfAnswer{.result = SpfResult::neutral};  // section 4.7
  }

  std::optional<SpfAnswer> redirected(std::string const& spec, std::string const& domain, Nested nested) {
    ++terms_;
    if (auto const over = limits()) return error(*over);
    auto const name = name_of(spec, domain);
    if (!name.ready) return std::nullopt;
    if (!name.name) return error(broken("a macro that may not stand there"));
    auto answer = check_host(*name.name, nested);
    if (answer && answer->result == SpfResult::none)  // section 6.1
      return error(broken("redirected to " + *name.name + ", which has no SPF record"));
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
    if (!name.name || !is_domain(*name.name)) return std::string();
    auto const* reply = dns_.find(*name.name, wire::DnsType::txt);
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
  DnsView& dns_;
  std::string sender_;
  std::string validated_name_;
  int terms_ = 0;
  int void_lookups_ = 0;
};

}  // namespace

std::optional<SpfAnswer> evaluate_spf(SpfQuestion const& question, DnsView& dns) {
  return Evaluation(question, dns).run();
}

}  // namespace postern::auth
