#include "delivery/enqueue.hpp"

#include "net/one_shot.hpp"

namespace postern::delivery {

net::Task<bool> enqueue(net::EventLoop* loop, store::Spool* spool, MessageId id, ReportMessage message) {
  auto answer = std::make_shared<net::OneShot<bool>>();
  auto const answered = [loop, answer](auto result) {
    loop->post([answer, result] { answer->set(result.has_value()); });
  };
  spool->accept(id, std::move(message.content), message.envelope, answered);
  co_return co_await answer->wait();
}

}  // namespace postern::delivery
