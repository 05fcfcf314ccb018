#include "whatif/replay/scope.hpp"

#include "base/ascii.hpp"
#include "base/domain.hpp"

namespace postern::whatif {

std::string domain_of_address(std::string_view address) {
  auto const at = address.rfind('@');
  if (at == std::string_view::npos) return {};
  auto const text = address.substr(at + 1);
  auto const domain = Domain::parse(text);
  return domain ? domain->a_label() : lowered(text);
}

ScopeWatch::Match ScopeWatch::match(Reception const& reception) {
  if (is_all_mail()) return Match::yes;
  auto const match =
      scope_.side == Scope::Side::recipients ? match_recipients(reception) : match_sender(reception);
  matched_ = matched_ || match == Match::yes;
  told_ = told_ || match != Match::not_told;
  return match;
}

bool ScopeWatch::has_recipient(std::string_view address) const {
  return scope_.side != Scope::Side::recipients || domain_of_address(address) == scope_.domain;
}

ScopeWatch::Match ScopeWatch::match_recipients(Reception const& reception) {
  if (reception.recipients.empty()) return Match::not_told;
  auto match = Match::no;
  for (auto const& recipient : reception.recipients) {
    auto domain = domain_of_address(recipient);
    if (domain == scope_.domain) match = Match::yes;
    if (!matched_ && candidates_.size() < most_candidates) candidates_.insert(std::move(domain));
  }
  return match;
}

ScopeWatch::Match ScopeWatch::match_sender(Reception const& reception) const {
  if (!reception.has_sender) return Match::not_told;
  return domain_of_address(reception.sender) == scope_.domain ? Match::yes : Match::no;
}

Scope ScopeWatch::seen(Traffic const& traffic) const {
  auto out = scope_;
  out.is_seen = is_all_mail() || matched_ || !told_;
  if (out.is_seen) return out;
  NearestName nearest(scope_.domain);
  for (auto const& domain : candidates_) nearest.consider(domain);
  if (scope_.side == Scope::Side::senders)
    for (auto const& sender : traffic.senders())
      if (sender.is_domain()) nearest.consider(sender.domain);
  out.nearest = nearest.name();
  return out;
}

}  // namespace postern::whatif
