#include "net/deadlines.hpp"

namespace postern::net {

Deadline::~Deadline() { off(); }

void Deadline::in(Duration limit) {
  at_ = std::chrono::steady_clock::now() + limit;
  passed_ = false;
  if (slot_ == none) keeper_.enter(*this);
}

void Deadline::off() {
  if (slot_ != none) keeper_.leave(*this);
}

DeadlineKeeper::DeadlineKeeper(boost::asio::io_context& loop) : timer_(loop) {}

DeadlineKeeper::~DeadlineKeeper() {
  for (auto* deadline : kept_) deadline->slot_ = Deadline::none;
}

void DeadlineKeeper::enter(Deadline& deadline) {
  deadline.slot_ = kept_.size();
  kept_.push_back(&deadline);
  if (!waiting_) wait();
}

void DeadlineKeeper::leave(Deadline& deadline) {
  kept_[deadline.slot_] = kept_.back();
  kept_[deadline.slot_]->slot_ = deadline.slot_;
  kept_.pop_back();
  deadline.slot_ = Deadline::none;
}

void DeadlineKeeper::wait() {
  waiting_ = true;
  timer_.expires_after(tick);
  timer_.async_wait([this](boost::system::error_code error) {
    waiting_ = false;
    if (error) return;
    look();
    if (!kept_.empty()) wait();
  });
}

void DeadlineKeeper::look() {
  auto const now = std::chrono::steady_clock::now();
  std::vector<Deadline*> late;
  for (auto* deadline : kept_)
    if (deadline->at_ <= now) late.push_back(deadline);
  for (auto* deadline : late) {
    leave(*deadline);
    deadline->passed_ = true;
  }
  for (auto* deadline : late) deadline->expire();
}

}  // namespace postern::net
