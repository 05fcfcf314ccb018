#include "app/settings/build_authentication.hpp"

#include "base/ascii.hpp"
#include "base/domain.hpp"

namespace postern::app {

policy::DmarcSettings build_dmarc(LiveSettings const& live, Problems& problems) {
  auto dmarc = live.dmarc;
  for (auto& sealer : dmarc.trusted_sealers) {
    auto const domain = Domain::parse(sealer);
    if (domain)
      sealer = domain->a_label();
    else
      problems.error(0, "dmarc.trusted_sealers: " + in_quotes(sealer) + " is no domain name");
  }
  return dmarc;
}

void check_authentication(Settings const& settings, Problems& problems) {
  auto const& live = settings.live;
  auto const& id = live.smtp.authserv_id;
  if (!id.empty() && !Domain::parse(id))
    problems.error(0, "authentication.id = " + in_quotes(id) + ": not a domain name");
  if (live.dmarc.enforce == policy::Enforce::off) return;
  if (!live.verify_messages)
    problems.error(0, "dmarc.enforce needs authentication.check = true");
  else if (!live.spf_check)
    problems.error(0, "dmarc.enforce needs spf.check = true: DMARC passes when SPF does");
  else if (!settings.start.dns.enabled)
    problems.error(0, "dmarc.enforce needs dns.enabled = true");
}

}  // namespace postern::app
