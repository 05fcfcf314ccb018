#include "delivery/keep_message.hpp"

#include "net/one_shot.hpp"

namespace postern::delivery {

net::Task<bool> keep_message(net::EventLoop* loop, store::Spool* spool, MessageId id, ReportMessage message) {
  auto kept = std::make_shared<net::OneShot<bool>>();
  auto const told = [loop, kept](auto result) {
    loop->post([kept, result] { kept->set(result.has_value()); });
  };
  spool->accept(id, std::move(message.content), message.envelope, told);
  co_return co_await kept->wait();
}

}  // namespace postern::delivery
