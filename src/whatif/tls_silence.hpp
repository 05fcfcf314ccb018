// Receptions of a log that has logged nothing about TLS so far. Whether they came over TLS is unknown; once
// the log has shown that it does log TLS, its silence about them means plaintext. Bounds: holds back `limit`
// receptions; those beyond are passed on as unknown.
#pragma once

#include <vector>

#include "whatif/reception.hpp"

namespace postern::whatif {

class TlsSilence {
 public:
  static constexpr std::size_t limit = 20'000;
  explicit TlsSilence(ReceptionSink& sink) : sink_(sink) {}

  // The log has told of a TLS connection: those that were held back came in plaintext.
  void log_tells_tls() {
    if (log_tells_tls_) return;
    log_tells_tls_ = true;
    pass_on_all(Tristate::no);
  }
  // One about whose TLS the log said nothing.
  void give(Reception&& silent) {
    if (!log_tells_tls_ && held_.size() < limit) {
      held_.push_back(std::move(silent));
      return;
    }
    if (log_tells_tls_) silent.tls.used = Tristate::no;
    sink_.take(std::move(silent));
  }
  void end() { pass_on_all(Tristate::unknown); }

 private:
  void pass_on_all(Tristate used) {
    for (auto& reception : held_) {
      reception.tls.used = used;
      sink_.take(std::move(reception));
    }
    held_.clear();
  }
  ReceptionSink& sink_;
  bool log_tells_tls_ = false;
  std::vector<Reception> held_;
};

}  // namespace postern::whatif
