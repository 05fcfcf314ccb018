#include "session/message_authentication.hpp"

#include <utility>

namespace postern::session {

MessageAuthentication::~MessageAuthentication() {
  if (search_) search_->abandon();
}

void MessageAuthentication::begin(DnsSearches& searches, net::EventLoop& loop, ClientNetwork const& client,
                                  std::shared_ptr<auth::MessageCheck> check, auth::MessageQuestion question) {
  if (search_) search_->abandon();
  asked_ = std::make_shared<Asked>(Asked{.check = std::move(check), .question = std::move(question)});
  search_ =
      DnsSearch::begin(searches, loop, client, authentication_limit, [asked = asked_](auth::DnsView& dns) {
        asked->findings = asked->check->findings(asked->question, dns);
        return asked->findings.has_value();
      });
}

net::Task<void> MessageAuthentication::wait(net::StopToken stop) {
  auto const search = search_;  // outlives the wait
  if (search) co_await search->wait(stop);
}

std::optional<auth::MessageFindings> MessageAuthentication::take() {
  if (search_) search_->abandon();
  search_.reset();
  auto const asked = std::exchange(asked_, nullptr);
  return asked ? std::move(asked->findings) : std::nullopt;
}

}  // namespace postern::session
