#include "delivery/enqueue.hpp"

#include "net/one_shot.hpp"
#include "wire/content_intake.hpp"

namespace postern::delivery {

net::Task<bool> enqueue(net::EventLoop* loop, store::Spool* spool, MessageId id, ReportMessage message) {
  auto& envelope = message.envelope;
  envelope.submitted = true;
  auto taken = wire::take_in(message.content, envelope.body);
  envelope.size = taken.content.size();
  envelope.content = taken.traits;
  if (envelope.content.content_8bit && envelope.body == wire::Body::seven_bit)
    envelope.body = wire::Body::eight_bit_mime;
  auto answer = std::make_shared<net::OneShot<bool>>();
  auto const answered = [loop, answer](auto result) {
    loop->post([answer, result] { answer->set(result.has_value()); });
  };
  spool->accept(id, std::move(taken.content), envelope, answered);
  co_return co_await answer->wait();
}

}  // namespace postern::delivery
