#include "auth/message_check.hpp"

#include <algorithm>
#include <utility>

#include "auth/authentication_results.hpp"
#include "auth/author_domains.hpp"
#include "base/ascii.hpp"

namespace postern::auth {
namespace {

bool says_that_dmarc_passed(std::string_view results, std::string_view author_domain) {
  auto const parsed = parse_authentication_results(results);
  if (!parsed) return false;
  return std::any_of(parsed->results.begin(), parsed->results.end(), [&](AuthResult const& one) {
    if (one.method != "dmarc" || one.result != "pass") return false;
    auto from = one.property("header", "from");
    from.remove_prefix(from.rfind('@') == std::string_view::npos ? 0 : from.rfind('@') + 1);
    return from.empty() || iequals(from, author_domain);
  });
}

}  // namespace

void MessageCheck::begin_body() {
  in_body_ = true;
  authors_ = author_domains(digests_.fields());
  dkim_.begin(digests_);
  arc_.begin(digests_);
}

void MessageCheck::feed(std::string_view bytes) {
  if (!in_body_) {
    bytes.remove_prefix(digests_.feed_header(bytes));
    if (!digests_.header_ended()) return;
    begin_body();
  }
  digests_.feed_body(bytes);
}

// Content may end within its header section: it is read by then, and an empty body is what was signed.
void MessageCheck::finish() {
  if (!in_body_) {
    digests_.end_header_section();
    begin_body();
  }
  digests_.finish();
}

std::optional<MessageFindings> MessageCheck::findings(MessageQuestion const& question, DnsView& dns) {
  DmarcQuestion about{.author_domains = authors_, .spf = question.spf, .spf_domain = question.spf_domain};
  if (!signatures_ || !chain_) {  // all that is known to be wanted is asked at the same time
    dkim_.want_keys(dns);
    arc_.want_keys(dns);
    static_cast<void>(evaluate_dmarc(about, dns));
  }
  if (!signatures_) signatures_ = dkim_.results(digests_, dns, question.now);
  if (!chain_) chain_ = arc_.result(digests_, dns);
  if (!signatures_) return std::nullopt;
  about.dkim = *signatures_;
  auto dmarc = evaluate_dmarc(about, dns);
  if (!dmarc || !chain_) return std::nullopt;
  if (!digests_.header_kept()) {
    dmarc->result = DmarcResult::permerror;
    dmarc->problem = "the header section is too long to be read";
  }
  return MessageFindings{.dkim = *signatures_, .arc = *chain_, .dmarc = *std::move(dmarc)};
}

bool is_vouched_for(ArcAnswer const& chain, std::string_view author_domain,
                    std::vector<std::string> const& trusted) {
  auto const is_trusted = [&](std::string const& sealer) {
    return std::find(trusted.begin(), trusted.end(), sealer) != trusted.end();
  };
  if (chain.result != ArcResult::pass || chain.sealers.empty() || !is_trusted(chain.sealers.back()))
    return false;
  if (says_that_dmarc_passed(chain.last_results, author_domain)) return true;
  return std::all_of(chain.sealers.begin(), chain.sealers.end(), is_trusted) &&
         says_that_dmarc_passed(chain.first_results, author_domain);
}

}  // namespace postern::auth
