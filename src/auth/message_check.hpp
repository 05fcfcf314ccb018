// Who stands behind a message, found out while it goes by: DKIM, ARC and DMARC together, so that its content
// is read once. Pure: the DNS is read from a DnsView.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/arc_verification.hpp"
#include "auth/dkim_verification.hpp"
#include "auth/dmarc_evaluation.hpp"
#include "auth/dns_view.hpp"
#include "auth/message_digests.hpp"
#include "auth/spf_evaluation.hpp"

namespace postern::auth {

struct MessageQuestion {
  SpfResult spf = SpfResult::none;
  std::string spf_domain = {};  // that SPF was asked about
  std::uint64_t now = 0;        // seconds since 1970
};

struct MessageFindings {
  std::vector<DkimAnswer> dkim = {};  // in the order of the fields; empty: nobody has signed
  ArcAnswer arc = {};
  DmarcAnswer dmarc = {};
};

class MessageCheck {
 public:
  MessageCheck() = default;
  MessageCheck(MessageCheck const&) = delete;  // the parts refer to each other
  MessageCheck& operator=(MessageCheck const&) = delete;

  void feed(std::string_view bytes);  // of the content, as it was signed; cut anywhere
  void finish();                      // it has ended

  // After finish(). Absent: `dns` wants answers first. What has been verified once is kept, so the question
  // stays the same.
  std::optional<MessageFindings> findings(MessageQuestion const& question, DnsView& dns);

 private:
  void begin_body();

  MessageDigests digests_;
  DkimVerification dkim_;
  ArcVerification arc_;
  std::vector<std::string> authors_;  // domains
  bool in_body_ = false;
  std::optional<std::vector<DkimAnswer>> signatures_;
  std::optional<ArcAnswer> chain_;
};

// Whether somebody who is trusted says that DMARC passed for this author's domain before the message was
// changed on its way: the last sealer of a chain that holds, or the first one when each of the sealers is
// trusted. `trusted`: domains, lower case.
bool is_vouched_for(ArcAnswer const& chain, std::string_view author_domain,
                    std::vector<std::string> const& trusted);

}  // namespace postern::auth
