// The configuration that holds now. A reload puts a new one in; sessions that stay open fetch it anew when
// something begins. Copies share what they hold. Threads: any.
#pragma once

#include <memory>
#include <utility>

#include "base/guarded.hpp"
#include "session/gate_config.hpp"

namespace postern::session {

class CurrentConfig {
 public:
  using Held = std::shared_ptr<GateConfig const>;

  // Not explicit: a session that no reload reaches is handed its one configuration.
  CurrentConfig(Held config) : held_(std::make_shared<Guarded<Held>>(std::move(config))) {}
  CurrentConfig(std::shared_ptr<GateConfig> config) : CurrentConfig(Held(std::move(config))) {}

  Held get() const { return *held_->access(); }
  void set(Held config) {  // the one before goes when nobody holds it any more, outside of the lock
    std::swap(*held_->access(), config);
  }

 private:
  std::shared_ptr<Guarded<Held>> held_;
};

}  // namespace postern::session
