// The SPF of a transaction (RFC 7208), looked up while the session goes on; waited for only when something
// depends on it. What is not known within spf_limit, or cannot even be begun, is a temporary error (RFC 7208
// section 2.6.6). Thread: its event loop; answers may come after the session has gone.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "auth/spf_evaluation.hpp"
#include "policy/facts.hpp"
#include "session/dns_search.hpp"

namespace postern::session {

inline constexpr std::chrono::seconds spf_limit{20};  // RFC 7208 section 4.6.4

class SenderCheck {
 public:
  SenderCheck() = default;
  ~SenderCheck();
  SenderCheck(SenderCheck const&) = delete;
  SenderCheck& operator=(SenderCheck const&) = delete;

  // A new transaction: what came of the one before is forgotten. `receiver`: our host name.
  void begin(DnsSearches& searches, net::EventLoop& loop, policy::Facts const& facts,
             std::string const& receiver);
  void forget();  // a new transaction, whose sender is not checked
  net::Task<void> wait(net::StopToken stop);

  policy::Spf result() const;  // so far
  // Absent: it was not asked for, or is not known so far.
  std::optional<auth::SpfAnswer> answer() const;

 private:
  struct Asked {
    auth::SpfQuestion question;
    std::optional<auth::SpfAnswer> answer = {};
  };
  std::shared_ptr<Asked> asked_;       // shared with the search
  std::shared_ptr<DnsSearch> search_;  // null: none was begun
};

}  // namespace postern::session
