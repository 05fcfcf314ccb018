// Arrivals of a log that has said nothing of TLS so far: silence means plaintext once the log has shown that
// it tells, and tells nothing as long as it has not. Bounds: holds back `limit` arrivals; what comes beyond
// is given as not known.
#pragma once

#include <vector>

#include "whatif/arrival.hpp"

namespace postern::whatif {

class Silence {
 public:
  static constexpr std::size_t limit = 20'000;
  explicit Silence(ArrivalSink& sink) : sink_(sink) {}

  bool broken() const { return broken_; }

  // The log has told of a TLS connection: what was held back came in the clear.
  void break_it() {
    if (broken_) return;
    broken_ = true;
    give_all(Answered::no);
  }
  void give(Arrival&& silent) {
    if (broken_) {
      silent.tls.used = Answered::no;
    } else if (held_.size() < limit) {
      held_.push_back(std::move(silent));
      return;
    }
    sink_.take(std::move(silent));
  }
  void end() { give_all(Answered::unknown); }

 private:
  void give_all(Answered answer) {
    for (auto& arrival : held_) {
      arrival.tls.used = answer;
      sink_.take(std::move(arrival));
    }
    held_.clear();
  }
  ArrivalSink& sink_;
  bool broken_ = false;
  std::vector<Arrival> held_;
};

}  // namespace postern::whatif
