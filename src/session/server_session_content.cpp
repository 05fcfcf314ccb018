// The content of messages, on its way from the client to the spool, by way of the filters where there are
// any.
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "dialogue/authentication.hpp"
#include "dialogue/transaction.hpp"
#include "net/wall_clock.hpp"
#include "policy/decide.hpp"
#include "session/message_filters.hpp"
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
  if (any_filter_sees(*config_, dialogue_.facts().connection))
    intake_.begin(services_.spool.next_id(), {});
  else
    intake_.begin(id, trace());
}

std::string ServerSession::trace() const {
  auto const& facts = dialogue_.facts();
  return print(dialogue::make_trace(facts, config_->smtp.hostname, facts.transaction.id, net::wall_clock()));
}

// Shows the message to those filters that are to see it. A piece that the spool has refused is told of later.
net::Task<bool> ServerSession::filter() {
  bool const sees = any_filter_sees(*config_, dialogue_.facts().connection);
  if (!sees || !intake_.open() || intake_.failed()) co_return true;
  filtered_ = std::make_unique<FilteredMessage>(services_.spool, loop_, intake_);
  if (!filtered_->open()) co_return false;
  MessageFilters filters(loop_, services_, *config_, dialogue_.facts(), stop_);
  auto found = co_await filters.run(filtered_.get());
  auto content = dialogue_.facts().transaction.content;
  if (filtered_->changed()) {
    content.header_8bit = filtered_->has_8bit_header();
    content.content_8bit = content.content_8bit || content.header_8bit || filtered_->has_new_body();
  }
  dialogue_.on_filtered(std::move(found), filtered_->size(), content);
  co_return true;
}

net::Task<Step> ServerSession::store() {
  auto envelope = dialogue::make_envelope(dialogue_.facts(), config_->policy.directory, net::wall_clock());
  envelope.submitted = policy::relays_for(config_->policy, dialogue_.facts().connection);
  envelope.top = std::exchange(results_field_, {});
  auto const bytes = envelope.size;
  auto stored = dialogue::Stored::broken;
  if (filtered_)
    stored = co_await store_filtered(std::move(envelope));
  else
    stored = co_await intake_.accept(std::move(envelope));
  if (stored == dialogue::Stored::safe) {
    services_.counters.add(Count::messages_accepted);
    services_.counters.add(Count::message_bytes, bytes);
    if (dialogue_.facts().over_tls()) services_.counters.add(Count::messages_accepted_tls);
    if (!opening_.trusted())
      services_.admission.message_taken(dialogue_.facts().connection.client, net::wall_clock());
  }
  co_return dialogue_.on_stored(stored);
}

// What filters have made of the message, under the id that it was given, with our trace before it.
net::Task<dialogue::Stored> ServerSession::store_filtered(wire::Envelope envelope) {
  MessageIntake made(services_.spool, loop_);
  made.begin(dialogue_.facts().transaction.id, trace());
  filtered_->rewind();
  for (;;) {
    auto const piece = filtered_->next();
    if (!piece) {
      made.drop();
      co_return dialogue::Stored::broken;
    }
    if (!*piece) break;
    made.body() += **piece;
    if (!made.wants_store()) continue;
    bool const taken = co_await made.store_piece();
    if (!taken) break;  // accept() says why
  }
  auto const stored = co_await made.accept(std::move(envelope));
  drop_message();
  co_return stored;
}

void ServerSession::drop_message() {
  filtered_.reset();
  intake_.drop();
}

}  // namespace postern::session
