// The content of messages, on its way from the client to the spool.
#include <string>
#include <utility>

#include "dialogue/transaction.hpp"
#include "net/wall_clock.hpp"
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

void ServerSession::begin_message() {
  auto const id = services_.spool.next_id();
  dialogue_.on_message_id(id);
  intake_.begin(
      id, print(dialogue::make_trace(dialogue_.facts(), config_->smtp.hostname, id, net::wall_clock())));
}

net::Task<Step> ServerSession::store() {
  auto envelope = dialogue::make_envelope(dialogue_.facts(), config_->policy.directory, net::wall_clock());
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
