// What becomes of a message's signatures and of its author's DMARC policy, once its content has come. What
// the DNS has not told within authentication_limit is a temporary error, for which nothing is refused.
// Thread: its event loop; answers may come after the session has gone.
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "auth/message_check.hpp"
#include "session/dns_search.hpp"

namespace postern::session {

inline constexpr std::chrono::seconds authentication_limit{20};

class MessageAuthentication {
 public:
  MessageAuthentication() = default;
  ~MessageAuthentication();
  MessageAuthentication(MessageAuthentication const&) = delete;
  MessageAuthentication& operator=(MessageAuthentication const&) = delete;

  // `check`: of content that has ended; it is this one's from now on.
  void begin(DnsSearches& searches, net::EventLoop& loop, ClientNetwork const& client,
             std::shared_ptr<auth::MessageCheck> check, auth::MessageQuestion question);
  net::Task<void> wait(net::StopToken stop);

  std::optional<auth::MessageFindings> take();  // absent: the wait was cut short; what it has kept goes

 private:
  struct Asked {
    std::shared_ptr<auth::MessageCheck> check;
    auth::MessageQuestion question;
    std::optional<auth::MessageFindings> findings = {};
  };
  std::shared_ptr<Asked> asked_;  // shared with the search
  std::shared_ptr<DnsSearch> search_;
};

}  // namespace postern::session
