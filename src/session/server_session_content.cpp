// The content of messages, on its way from the client to the spool.
#include <cstdint>
#include <string>
#include <utility>

#include "dialogue/authentication.hpp"
#include "dialogue/transaction.hpp"
#include "net/wall_clock.hpp"
#include "policy/decide.hpp"
#include "session/server_session.hpp"
#include "wire/received.hpp"

namespace postern::session {

using dialogue::Step;

net::Task<Step> ServerSession::pump() {
  auto& content = dialogue_.content();
  if (!intake_.open() && content.keeps()) begin_message();
  std::string ignored;
  auto& body = intake_.open() ? intake_.body() : ignored;
  for (content.feed({}, body); content.wants_more();) {  // "BDAT 0 LAST" is complete without a byte
    if (lines_.empty()) {
      if (!co_await flush()) co_return lost(ReadResult::lost);
      in(limit(config_->timeouts.content));
      auto const came = co_await read();
      if (came != ReadResult::bytes) co_return lost(came);
    }
    lines_.consume(content.feed(lines_.rest(), body));
    if (!content.keeps()) body.clear();
    if (!intake_.open()) continue;
    intake_.make_room();
    if (intake_.wants_store() && !co_await intake_.store_piece()) content.refuse();
  }
  co_return dialogue_.on_content();
}

// Who stands behind the content that has come. The client waits for it no longer than for the DNS.
net::Task<void> ServerSession::authenticate() {
  results_field_.clear();
  auto const check = dialogue_.content().message_check();
  if (!check || !services_.dns_searches.enabled()) co_return;
  co_await sender_check_.wait(stop_);
  dialogue_.on_spf(sender_check_.result());
  auto const& facts = dialogue_.facts();
  auto const spf = sender_check_.answer();
  auth::MessageQuestion question{.now = static_cast<std::uint64_t>(to_micros(net::wall_clock()) / 1'000'000)};
  if (spf) {
    question.spf = spf->result;
    question.spf_domain = spf->domain;
  }
  authentication_.begin(services_.dns_searches, loop_, ClientNetwork(facts.connection.client), check,
                        std::move(question));
  co_await authentication_.wait(stop_);
  auto const findings = authentication_.take();
  if (!findings) co_return;
  auto const draw = static_cast<int>(facts.transaction.id.value % 100);  // its microseconds
  dialogue_.on_authentication(dialogue::authentication_facts(*findings, facts, config_->policy.dmarc, draw));
  results_field_ = dialogue::authentication_field(*findings, facts, spf, config_->smtp.results_by());
}

void ServerSession::begin_message() {
  auto const id = services_.spool.next_id();
  dialogue_.on_message_id(id);
  intake_.begin(
      id, print(dialogue::make_trace(dialogue_.facts(), config_->smtp.hostname, id, net::wall_clock())));
}

net::Task<Step> ServerSession::store() {
  auto envelope = dialogue::make_envelope(dialogue_.facts(), config_->policy.directory, net::wall_clock());
  envelope.submitted = policy::relays_for(config_->policy, dialogue_.facts().connection);
  envelope.top = std::exchange(results_field_, {});
  auto const bytes = envelope.size;
  auto const stored = co_await intake_.accept(std::move(envelope));
  if (stored == dialogue::Stored::safe) {
    services_.counters.add(Count::messages_accepted);
    services_.counters.add(Count::message_bytes, bytes);
    if (dialogue_.facts().over_tls()) services_.counters.add(Count::messages_accepted_tls);
    if (!opening_.trusted())
      services_.admission.message_taken(dialogue_.facts().connection.client, net::wall_clock());
  }
  co_return dialogue_.on_stored(stored);
}

}  // namespace postern::session
